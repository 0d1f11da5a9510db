import { declaredContainers } from "../../model/api/containers.ts";
import { isTerminal, isTerminating } from "../../model/api/phase.ts";
import type { Container, Pod, PodSpec } from "../../model/api/pod.ts";
import type { Workload } from "../../model/api/workload.ts";
import {
  type AutoUpdateState,
  asksForUpdates,
  digestOfImageID,
  pinnedImage,
  targetName,
  type UpdateTarget,
  whyFixed,
} from "../../model/auto-update.ts";
import type { ParsedList } from "../../ports.ts";

/** A pod or workload of the directory that asks for updates of images. */
export interface Target extends UpdateTarget {
  readonly containers: readonly TargetContainer[];
  /** The namespace and the spec with the credentials for pulls. */
  readonly pod: Pod;
  /** What is known of it; undefined: nothing yet. */
  readonly state?: AutoUpdateState;
}

export interface TargetContainer {
  readonly name: string;
  /** As the manifest has it. */
  readonly image: string;
  /** The digest that runs, or is to run; undefined: none yet. */
  readonly current?: string;
  /** Why its image is not updated, as the end of a sentence. */
  readonly because?: string;
}

type Lists = Pick<ParsedList, "pods" | "workloads">;

/** Returns what asks for updates, sorted by kind and name. The lists have the images that earlier updates have chosen. */
export function updateTargets({ pods, workloads }: Lists, states: readonly AutoUpdateState[]): readonly Target[] {
  const known = new Map(states.map((state) => [targetName(state), state]));
  const single = pods.filter(({ metadata }) => !isTerminating({ metadata })).map((pod) => ofPod(pod, known));
  const own = (workloads?.objects ?? []).flatMap((workload) => {
    const made = workloads?.states.find((each) => each.kind === workload.kind && isNamed(each, workload.metadata));
    return workload.kind === "Job" ? [] : [ofWorkload(workload, made?.pods.map(({ pod }) => pod) ?? [], known)];
  });
  return [...single, ...own]
    .filter(({ containers }) => containers.length > 0)
    .toSorted((a, b) => (targetName(a) < targetName(b) ? -1 : 1));
}

type Named = Pick<UpdateTarget, "namespace" | "name">;
type Known = ReadonlyMap<string, AutoUpdateState>;

function isNamed(one: Named, other: Named): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}

function ofPod(pod: Pod, known: Known): Target {
  const { namespace, name, annotations } = pod.metadata;
  const target: UpdateTarget = { kind: "Pod", namespace, name };
  const state = known.get(targetName(target));
  const ended = isTerminal(pod.status?.phase) ? "the pod has ended" : undefined;
  const asked = pod.spec.containers.filter((each) => asksForUpdates(annotations, each.name));
  const containers = asked.map((each) => ofContainer(each, { pods: [pod], state, because: ended }));
  return { ...target, containers, pod, ...(state && { state }) };
}

function ofWorkload(workload: Exclude<Workload, { kind: "Job" }>, pods: readonly Pod[], known: Known): Target {
  const { kind, metadata, template } = workload;
  const target: UpdateTarget = { kind, namespace: metadata.namespace, name: metadata.name };
  const state = known.get(targetName(target));
  const because = whyHeld(workload);
  const running = pods.filter((pod) => !isTerminating(pod));
  const asked = declaredContainers(template.spec).filter((each) => asksForUpdates(template.annotations, each.name));
  const containers = asked.map((each) => ofContainer(each, { pods: running, state, because }));
  return { ...target, containers, pod: specimen(target, template.spec), ...(state && { state }) };
}

/** A pod of the workload, for the credentials of pulls alone. */
function specimen({ namespace, name }: UpdateTarget, spec: PodSpec): Pod {
  return { metadata: { namespace, name, uid: "" }, spec };
}

/** Returns why a changed template would replace no pods. */
function whyHeld(workload: Exclude<Workload, { kind: "Job" }>): string | undefined {
  if (workload.kind === "Deployment") return workload.paused ? "the Deployment is paused" : undefined;
  return workload.updateStrategy === "OnDelete" ? "its updateStrategy is OnDelete" : undefined;
}

interface Context {
  readonly pods: readonly Pod[];
  readonly state: AutoUpdateState | undefined;
  readonly because: string | undefined;
}

function ofContainer(container: Container, { pods, state, because }: Context): TargetContainer {
  const { name, image = "" } = container;
  const pin = state?.containers[name];
  const isPinned = pin !== undefined && image === pinnedImage(pin.image, pin);
  const given = isPinned ? pin.image : image;
  const fixed = whyFixed({ ...container, image: given });
  const current = isPinned ? pin.digest : runningDigest(pods, name, image);
  const reason = fixed ?? because ?? (current === undefined ? "it does not run yet" : undefined);
  return { name, image: given, ...(current && { current }), ...(reason && { because: reason }) };
}

/**
 * Returns what the oldest pod runs: with imagePullPolicy: Always newer ones may run a newer image, and are no reason to leave it. The
 * status may still have an image that the container had before.
 */
function runningDigest(pods: readonly Pod[], name: string, image: string): string | undefined {
  const created = ({ metadata }: Pod) => metadata.creationTimestamp ?? "";
  for (const { status } of pods.toSorted((a, b) => created(a).localeCompare(created(b)))) {
    const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
    const own = all.find((each) => each.name === name && each.image === image);
    const digest = digestOfImageID(own?.imageID);
    if (digest !== undefined) return digest;
  }
  return undefined;
}
