import { writeWorkloadStates } from "../io/pods/workload-store.ts";
import { reportProblem } from "../io/problems.ts";
import type { Log } from "../log.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Instant } from "../model/api/time.ts";
import type { Step } from "../model/step.ts";
import type { WorkloadState } from "../model/workload-state.ts";
import type { MadeWorkloads, PodList } from "../model/world.ts";
import type { ListResult, ParsedList } from "../ports.ts";
import { changesOf, keyOf, podsOf, reconcileWorkloads } from "../workloads/reconcile.ts";

/**
 * Parses a list result, and adds the pods that its workloads make; a list that cannot be parsed is incomplete. It writes nothing.
 * While the host shuts down, the workloads have the pods that they had.
 */
export function makePodList(result: ListResult, { now, maxPods, shuttingDown = false }: Moment): PodList {
  if (!result.ok) return { complete: false, items: [], because: result.because };
  try {
    const { missing, ...parsed } = result.parse();
    const workloads = workloadsOf(parsed, { now, maxPods, shuttingDown, complete: missing === undefined });
    const items = [...parsed.pods, ...podsOf(workloads?.states ?? [])];
    const more = workloads && { workloads };
    return missing === undefined
      ? { complete: true, items, ...more }
      : { complete: false, items, because: missing, ...more };
  } catch (error) {
    return { complete: false, items: [], because: (error as Error).message };
  }
}

interface Moment {
  readonly now: Instant;
  readonly maxPods: number;
  readonly shuttingDown?: boolean;
}

function workloadsOf(
  { pods, workloads }: Omit<ParsedList, "missing">,
  { now, maxPods, shuttingDown, complete }: Moment & { readonly complete: boolean },
): MadeWorkloads | undefined {
  if (workloads === undefined || workloads.objects.length + workloads.states.length === 0) return undefined;
  const { objects, states } = workloads;
  if (shuttingDown) return { before: states, states };
  const taken = new Set(pods.map(({ metadata }) => namespacedName(metadata)));
  return { before: states, ...reconcileWorkloads({ workloads: objects, states, complete, taken, maxPods, now }) };
}

/** Stores what the workloads have from now on, and logs what is new. */
export function keepWorkloads({ workloads }: PodList, log: Log): void {
  const { before = [], states = [] } = workloads ?? {};
  for (const { workload, pod, change } of changesOf(before, states))
    log.notice("workload", { workload, [change]: pod });
  const unstored = workloads === undefined ? [] : store(states);
  const unmet = states.flatMap((state) => (state.problem === undefined ? [] : [`${keyOf(state)}: ${state.problem}`]));
  const problems = [...unstored, ...unmet];
  reportProblem(log, "workloads", problems.length === 0 ? undefined : problems.join("; "));
}

/** Stores the states. Returns why it cannot: the pods of this run are made all the same, and other pods do not depend on it. */
function store(states: readonly WorkloadState[]): readonly string[] {
  try {
    writeWorkloadStates(states);
    return [];
  } catch (error) {
    return [`their state cannot be stored: ${(error as Error).message}`];
  }
}

/**
 * True when the next run may make other pods, because this one has written the status of a pod, or nothing is left of one. A status
 * that cannot be written starts no run, because the next run could not write it either.
 */
export function hasWorkloadNews({ workloads }: PodList, writtenStatuses: number, done: readonly Step[]): boolean {
  const { states = [] } = workloads ?? {};
  return states.length > 0 && (writtenStatuses > 0 || done.some(({ kind }) => kind === "delete-pod-object"));
}
