import { setTimeout as sleep } from "node:timers/promises";
import type { Instant } from "../../model/api/time.ts";
import type { Workload } from "../../model/api/workload.ts";
import { pinnedImage, type Trial, targetName } from "../../model/auto-update.ts";
import type { Config } from "../../model/host/config.ts";
import type { ParsedList, PodSource } from "../../ports.ts";
import { CliError } from "../failure.ts";
import type { PullContext } from "./registry.ts";
import type { StateInTrial } from "./transitions.ts";
import { type Expected, podVerdict, restartsOf, type Verdict, workloadVerdict } from "./verdict.ts";

const INTERVAL_MS = 1000;
/** A pod without probes is ready at once, and its program may end a moment later. The old image has proved itself. */
const STABLE_MS = { switch: 10_000, return: 0 } as const satisfies Record<Trial["phase"], number>;

/** `gone`: the manifest has other images now, or does not exist any more. */
export type End = Exclude<Verdict, { kind: "waiting" }> | { readonly kind: "gone" };

/** Waits until the pods are ready with the images of the state, or have failed, at the latest at the deadline. */
export async function untilSettled(state: StateInTrial, { config, source, progress }: PullContext): Promise<End> {
  // Not the time of the day, which a host without a clock of its own gets from the network after its boot.
  const began = performance.now();
  for (;;) {
    const now = Date.now();
    const listed = await source.list();
    const lists: ParsedList = listed.ok ? listed.parse() : { pods: [], missing: listed.because };
    const verdict = verdictOf(state, lists, now);
    if (verdict.kind !== "waiting") return verdict;
    const limit = timeLimit(state, lists, config);
    if (performance.now() - began > limit)
      return { kind: "failed", because: `not ready after ${Math.round(limit / 1000)} s: ${verdict.because}` };
    progress.state("waiting", `${targetName(state)}: ${verdict.because}`, { target: targetName(state) });
    await sleep(INTERVAL_MS);
  }
}

/** Returns the pods and workloads of the directory as they are now. Throws CliError when it cannot be read. */
export async function readLists(source: PodSource): Promise<ParsedList> {
  const listed = await source.list();
  if (!listed.ok) throw new CliError(listed.because);
  return listed.parse();
}

/** Returns how often the containers of a Pod have been restarted; 0 for a workload, whose pods are new ones. */
export function restartsNow(state: Pick<StateInTrial, "kind" | "namespace" | "name">, { pods }: ParsedList): number {
  return state.kind === "Pod" ? restartsOf(pods.find((pod) => isNamed(pod, state))?.status) : 0;
}

function verdictOf(state: StateInTrial, lists: ParsedList, now: Instant): Verdict | { readonly kind: "gone" } {
  const expected = expectedOf(state, now);
  const object = objectOf(state, lists);
  // A file with a mistake may define it.
  if (object === undefined)
    return lists.missing === undefined ? { kind: "gone" } : { kind: "waiting", because: lists.missing };
  if (!hasImages(state, object.images)) return { kind: "gone" };
  if (object.workload === undefined) return podVerdict(object.pod, expected);
  const known = lists.workloads?.states.find((each) => each.kind === state.kind && isNamed({ metadata: each }, state));
  return workloadVerdict(object.workload, known, expected);
}

function expectedOf({ kind, trial }: StateInTrial, now: Instant): Expected {
  const { phase, to, from, restarts, attempts, since } = trial;
  return {
    digests: phase === "switch" ? to : from,
    // Old pods of a workload that go on have the restarts of their whole life.
    restarts: phase === "return" && kind !== "Pod" ? Number.POSITIVE_INFINITY : restarts,
    ...{ interruptions: attempts - 1, begun: since, stable: STABLE_MS[phase], now },
  };
}

type Images = ReadonlyMap<string, string | undefined>;
type RollingWorkload = Exclude<Workload, { kind: "Job" }>;

function objectOf(state: StateInTrial, { pods, workloads }: ParsedList) {
  if (state.kind === "Pod") {
    const pod = pods.find((each) => isNamed(each, state));
    return pod && { pod, workload: undefined, spec: pod.spec, images: imagesOf(pod.spec) };
  }
  const workload = workloads?.objects.find(
    (each): each is RollingWorkload => each.kind === state.kind && isNamed(each, state),
  );
  const spec = workload?.template.spec;
  return workload && spec && { workload, spec, images: imagesOf(spec) };
}

function imagesOf({ containers, initContainers = [] }: RollingWorkload["template"]["spec"]): Images {
  return new Map([...initContainers, ...containers].map(({ name, image }) => [name, image]));
}

function hasImages({ containers, trial }: StateInTrial, images: Images): boolean {
  return Object.keys(trial.to).every((name) => {
    const pin = containers[name];
    return pin !== undefined && images.get(name) === pinnedImage(pin.image, pin);
  });
}

/**
 * Returns milliseconds. A pod gets ready after the old containers have ended. Each pod of a workload may take the time, because they
 * may be replaced one after the other.
 */
function timeLimit(state: StateInTrial, lists: ParsedList, { autoUpdateTimeout }: Config): number {
  const { workload, spec } = objectOf(state, lists) ?? {};
  const timeout = autoUpdateTimeout + (spec?.terminationGracePeriodSeconds ?? 30) * 1000;
  if (workload === undefined || workload.kind === "DaemonSet") return timeout;
  const each = workload.kind === "Deployment" ? workload.progressDeadlineSeconds * 1000 : timeout;
  return each * (workload.replicas + 1);
}

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

function isNamed({ metadata }: Named, { namespace, name }: Named["metadata"]): boolean {
  return metadata.namespace === namespace && metadata.name === name;
}
