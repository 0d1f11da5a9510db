import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Instant } from "../model/api/time.ts";
import type { Workload } from "../model/api/workload.ts";
import type { OwnedPod, WorkloadState } from "../model/workload-state.ts";
import { reconcileDaemonSet } from "./daemon-set.ts";
import { reconcileDeployment } from "./deployment.ts";
import { reconcileJob } from "./job.ts";
import type { Outcome } from "./outcome.ts";
import { isKept, withEnding } from "./pods.ts";
import { withinRoom } from "./room.ts";
import { reconcileStatefulSet } from "./stateful-set.ts";

export interface WorkloadsInput {
  /** The objects of the directory. */
  readonly workloads: readonly Workload[];
  /** What the host remembers, with the statuses of the pods. */
  readonly states: readonly WorkloadState[];
  /** False: the directory may have more objects than these, so no pod ends because its workload is missing. */
  readonly complete: boolean;
  /** Jobs that their CronJobs have no more, as NAMESPACE/NAME; undefined: none. */
  readonly removed?: ReadonlySet<string>;
  /** The pods that the directory names itself, as NAMESPACE/NAME. */
  readonly taken: ReadonlySet<string>;
  /** How many pods the host accepts. */
  readonly maxPods: number;
  readonly now: Instant;
}

export interface WorkloadsResult {
  readonly states: readonly WorkloadState[];
  /** When the result may be another one although nothing has changed; undefined: never. */
  readonly dueAt?: Instant;
}

/** Returns the workloads with the pods that they have from now on. Pods that are to end are among them until they have ended. */
export function reconcileWorkloads(input: WorkloadsInput): WorkloadsResult {
  const { workloads, states, complete, now } = input;
  const known = new Map(states.map((state) => [keyOf(state), state]));
  const dueAt: Instant[] = [];
  const own = workloads.map((workload) => {
    const before = known.get(keyOf({ ...workload.metadata, kind: workload.kind }));
    const { dueAt: due, ...rest } = contained(workload, before, input);
    dueAt.push(...due);
    return withoutTaken({ ...identity(workload), ...rest }, input);
  });
  const wanted = new Set(own.map(keyOf));
  const isGone = (state: WorkloadState) =>
    complete || (state.kind === "Job" && input.removed?.has(namespacedName(state)));
  const left = states
    .filter((state) => !wanted.has(keyOf(state)))
    .map((state) => (isGone(state) ? leaving(state, now) : state))
    .filter((state) => !isGone(state) || state.pods.length > 0);
  const later = dueAt.filter((at) => at > now);
  return { states: [...own, ...left], ...(later.length > 0 && { dueAt: Math.min(...later) }) };
}

/** Returns what identifies a workload among those of a host, as messages name it: "deployment default/web". */
export function keyOf({ kind, namespace, name }: Pick<WorkloadState, "kind" | "namespace" | "name">): string {
  return `${kind.toLowerCase()} ${namespacedName({ namespace, name })}`;
}

function identity({ kind, metadata, template }: Workload) {
  const { namespace, name, uid } = metadata;
  return { kind, namespace, name, uid, templateHash: template.hash };
}

/** A bug that is met with one workload leaves its pods as they are. */
function contained(workload: Workload, before: WorkloadState | undefined, input: WorkloadsInput): Outcome {
  try {
    return next(workload, before, input);
  } catch (error) {
    return { ...before, pods: before?.pods ?? [], wanted: before?.wanted ?? 0, problem: bug(error), dueAt: [] };
  }
}

function bug(error: unknown): string {
  return `cannot be handled, which is a bug of unitlet: ${(error as Error).message}`;
}

/** Ends the pods of a workload that the directory has no more. */
function leaving(state: WorkloadState, now: Instant): WorkloadState {
  try {
    return { ...state, pods: withEnding(state.pods, state.pods, now) };
  } catch (error) {
    return { ...state, problem: bug(error) };
  }
}

function next(workload: Workload, before: WorkloadState | undefined, { now, maxPods }: WorkloadsInput): Outcome {
  const fresh: WorkloadState = { ...identity(workload), wanted: 0, pods: [] };
  const isOther = before !== undefined && before.uid !== workload.metadata.uid;
  if (isOther && before.pods.length > 0) return ended(before, now);
  const state = before === undefined || isOther ? fresh : before;
  const { workload: limited, problem: limit } = withinRoom(workload, maxPods);
  const outcome = decide(limited, state, now);
  // A Job that has ended lacks no pod.
  if (limit === undefined || outcome.job?.end !== undefined) return outcome;
  const problem = outcome.problem === undefined ? limit : `${limit}; ${outcome.problem}`;
  return { ...outcome, problem, ...("replicas" in workload && { wanted: workload.replicas }) };
}

function decide(workload: Workload, state: WorkloadState, now: Instant): Outcome {
  switch (workload.kind) {
    case "Deployment":
      return reconcileDeployment(workload, state, now);
    case "StatefulSet":
      return reconcileStatefulSet(workload, state, now);
    case "DaemonSet":
      return reconcileDaemonSet(workload, state, now);
    case "Job":
      return reconcileJob(workload, state, now);
  }
}

/**
 * Ends the pods of a Job in whose place the directory has another one. Its UID stays until nothing is left of them, because the other
 * one starts then.
 */
function ended({ problem: _, ...before }: WorkloadState, now: Instant): Outcome {
  return { ...before, pods: withEnding(before.pods, before.pods, now), dueAt: [] };
}

/** Leaves out new pods whose names the directory gives to pods of its own, and tells of such a name. */
function withoutTaken(state: WorkloadState, { taken, states }: WorkloadsInput): WorkloadState {
  const existing = new Set(states.flatMap(({ pods }) => pods.map(({ pod }) => pod.metadata.uid)));
  const [first] = state.pods.filter(({ pod }) => taken.has(namespacedName(pod.metadata)));
  if (first === undefined) return state;
  const exists = ({ pod }: OwnedPod) => existing.has(pod.metadata.uid);
  const effect = exists(first) ? "which waits until this one has ended" : "so this one is not made";
  const own = `metadata.name: another manifest has a Pod ${first.pod.metadata.name}, ${effect}: rename one of them`;
  const problem = state.problem === undefined ? own : `${state.problem}; ${own}`;
  const pods = state.pods.filter((each) => exists(each) || !taken.has(namespacedName(each.pod.metadata)));
  return { ...state, pods, problem };
}

/** Returns the pods of the workloads. */
export function podsOf(states: readonly WorkloadState[]): readonly OwnedPod["pod"][] {
  return states.flatMap(({ pods }) => pods.map(({ pod }) => pod));
}

/** Returns how many pods were added and how many are to end, in words for the journal, for each workload that has changed. */
export function changesOf(
  before: readonly WorkloadState[],
  after: readonly WorkloadState[],
): readonly { readonly workload: string; readonly pod: string; readonly change: "created" | "ended" }[] {
  const known = new Map(before.flatMap(({ pods }) => pods.map((each) => [each.pod.metadata.uid, each])));
  return after.flatMap((state) =>
    state.pods.flatMap((each) => {
      const old = known.get(each.pod.metadata.uid);
      const change = old === undefined ? "created" : isKept(old) && !isKept(each) ? "ended" : undefined;
      return change === undefined ? [] : [{ workload: keyOf(state), pod: each.pod.metadata.name, change }];
    }),
  );
}
