import type { Node } from "../../model/api/node.ts";
import type { Pod } from "../../model/api/pod.ts";
import { type Allocatable, allocatable } from "../../model/host/allocatable.ts";
import type { Rejected } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import {
  type AdmissionRejection,
  insufficientAfterPreemption,
  insufficientResources,
  shortfall,
} from "../resources/fit.ts";
import { isCritical, qosClass } from "../resources/resources.ts";
import { forbiddenSysctl } from "../security/sysctls.ts";
import { preempted, victims } from "./preemption.ts";
import { underPressure } from "./pressure.ts";
import { selectsNode } from "./selection.ts";
import { toleratesTaints } from "./toleration.ts";

/**
 * Returns the pods that the node rejects, and the ones that it evicts for a critical pod, by UID. The scheduler has
 * checked most pods already. It has not checked static pods, pods bound by hand, or pods bound while the node changed.
 * A pod is checked once, when it arrives; the more important pods first, then the older ones.
 */
export function admissionRejections(
  pods: readonly Pod[],
  { config, host, node }: Pick<World, "config" | "host" | "node">,
): ReadonlyMap<string, Rejected> {
  const rejected = new Map<string, Rejected>();
  const room = allocatable(config, host);
  // The order of checks is the kubelet's, because the first reason becomes the status of the pod (`kubelet.go: NewMainKubelet`).
  let running: readonly Pod[] = pods.filter(isAdmitted);
  for (const pod of pods.filter((each) => !isAdmitted(each)).toSorted(byImportance)) {
    const decision =
      underPressure(pod, node) ?? forbiddenSysctl(pod, config) ?? unfit(pod) ?? admit(pod, running, room, node);
    if ("reason" in decision) {
      rejected.set(pod.metadata.uid, { kind: "rejected", pod, ...decision, qosClass: qosClass(pod) });
      continue;
    }
    for (const each of decision.evicted) rejected.set(each.metadata.uid, preempted(each));
    running = [...running.filter((each) => !decision.evicted.includes(each)), pod];
  }
  return rejected;
}

/** Decides on one pod by its place and its requests, in the order of `lifecycle/predicate.go: Admit`, v1.36. */
function admit(
  pod: Pod,
  running: readonly Pod[],
  room: Allocatable,
  node: Node | undefined,
): AdmissionRejection | { readonly evicted: readonly Pod[] } {
  const mismatch = nodeMismatch(pod, node);
  const short = shortfall(pod, running, room, node);
  if (short === undefined) return mismatch ?? { evicted: [] };
  if (!isCritical(pod)) return short;
  // A pod that does not belong on this node evicts no other pod.
  if (mismatch !== undefined) return mismatch;
  const shortage = insufficientResources(pod, running, room);
  if (Object.values(shortage).every((missing) => missing === 0)) return short;
  const evicted = victims(pod, running.filter(isAdmitted), shortage);
  return evicted === undefined ? insufficientAfterPreemption(shortage) : { evicted };
}

function isAdmitted({ status }: Pod): boolean {
  return status?.startTime !== undefined;
}

function byImportance(a: Pod, b: Pod): number {
  const byPriority = (b.spec.priority ?? 0) - (a.spec.priority ?? 0);
  const age = ({ metadata }: Pod) => `${metadata.creationTimestamp ?? ""} ${metadata.uid}`;
  return byPriority || (age(a) < age(b) ? -1 : 1);
}

const OS_LABEL = "kubernetes.io/os";

function unfit({ metadata: { labels = {} }, spec }: Pod): AdmissionRejection | undefined {
  if ((labels[OS_LABEL] ?? "linux") !== "linux") {
    const message = `Failed to admit pod as the \`${OS_LABEL}\` label doesn't match node label`;
    return { reason: "PodOSSelectorNodeLabelDoesNotMatch", message };
  }
  const { os } = spec as { os?: { name?: string } };
  if (os === undefined || os.name === "linux") return undefined;
  return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
}

/**
 * Returns why the pod does not belong on this node; undefined when it does. `node` is undefined on a standalone node.
 */
function nodeMismatch(pod: Pod, node: Node | undefined): AdmissionRejection | undefined {
  if (node === undefined) return undefined;
  if (!selectsNode(pod, node)) return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  return toleratesTaints(pod, node.spec?.taints ?? [])
    ? undefined
    : failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
}

function failed(predicate: string, because: string): AdmissionRejection {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${because}` };
}
