import { writeWorkloadStates } from "../io/pods/workload-store.ts";
import { reportProblem } from "../io/problems.ts";
import type { Log } from "../log.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Instant } from "../model/api/time.ts";
import type { Step } from "../model/step.ts";
import type { MadeWorkloads, PodList } from "../model/world.ts";
import type { ListResult, ParsedList } from "../ports.ts";
import { changesOf, keyOf, podsOf, reconcileWorkloads } from "../workloads/reconcile.ts";
import { hasEndedJob, keepCronJobs, makeCronJobs } from "./cron-jobs.ts";

/**
 * Parses a list result, and adds the pods that its workloads make; a list that cannot be parsed is incomplete. It writes nothing.
 * While the host shuts down, the workloads have the pods that they had.
 */
export function makePodList(result: ListResult, { now, maxPods, shuttingDown = false }: Moment): PodList {
  if (!result.ok) return { complete: false, items: result.local ?? [], because: result.because };
  try {
    const { missing, ...parsed } = result.parse();
    const workloads = workloadsOf(parsed, { now, maxPods, shuttingDown, complete: missing === undefined });
    const items = [...parsed.pods, ...podsOf(workloads?.states ?? [])];
    const { services = [] } = parsed;
    const more = { ...(workloads && { workloads }), ...(services.length > 0 && { services }) };
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
  if (workloads === undefined) return undefined;
  if (workloads.objects.length + workloads.states.length === 0 && workloads.cron === undefined) return undefined;
  const { objects, states } = workloads;
  if (shuttingDown) return { before: states, states };
  const taken = new Set(pods.map(({ metadata }) => namespacedName(metadata)));
  const { jobs = [], removed, dueAt: jobsDue, cron } = makeCronJobs(workloads, { complete, now }) ?? {};
  const input = { workloads: [...objects, ...jobs], states, complete, taken, maxPods, now };
  const { dueAt, ...made } = reconcileWorkloads({ ...input, ...(removed && { removed }) });
  const due = [dueAt, jobsDue].filter((at) => at !== undefined);
  return { before: states, ...made, ...(due.length > 0 && { dueAt: Math.min(...due) }), ...(cron && { cron }) };
}

/** Stores what the workloads have from now on, and logs what is new. A list that could not be read says nothing of them. */
export function keepWorkloads({ complete, workloads }: PodList, log: Log): void {
  if (workloads === undefined && !complete) return;
  const { before = [], states = [], cron } = workloads ?? {};
  const cronProblems = keepCronJobs(cron, log);
  // The pods of this run are made all the same, and other pods do not depend on it.
  const unstored = workloads === undefined ? [] : writeWorkloadStates(states);
  const stored = states.filter((each) => !unstored.some(({ state }) => state === each));
  for (const { workload, pod, change } of changesOf(before, stored))
    log.notice("workload", { workload, [change]: pod });
  const problems = [
    ...cronProblems,
    ...unstored.map(({ state, because }) => `${keyOf(state)}: its state cannot be stored: ${because}`),
    ...states.flatMap((state) => (state.problem === undefined ? [] : [`${keyOf(state)}: ${state.problem}`])),
  ];
  reportProblem(log, "workloads", problems.length === 0 ? undefined : problems.join("; "));
}

/**
 * True when the next run may make other pods, because this one has written the status of a pod, or nothing is left of one. A status
 * that cannot be written starts no run, because the next run could not write it either.
 */
export function hasWorkloadNews({ workloads }: PodList, writtenStatuses: number, done: readonly Step[]): boolean {
  const { before = [], states = [], cron } = workloads ?? {};
  if (cron !== undefined && hasEndedJob(before, states)) return true;
  return states.length > 0 && (writtenStatuses > 0 || done.some(({ kind }) => kind === "delete-pod-object"));
}
