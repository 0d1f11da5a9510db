import { writeCronJobStates } from "../io/pods/cron-job-store.ts";
import { readWorkloadStates } from "../io/pods/workload-store.ts";
import type { Log } from "../log.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Instant } from "../model/api/time.ts";
import type { Job } from "../model/api/workload.ts";
import type { WorkloadState } from "../model/workload-state.ts";
import type { MadeCronJobs } from "../model/world.ts";
import type { Workloads } from "../ports.ts";
import { reconcileCronJobs } from "../workloads/cron-jobs.ts";

interface Made {
  readonly cron: MadeCronJobs;
  readonly jobs: readonly Job[];
  readonly removed: ReadonlySet<string>;
  readonly dueAt?: Instant;
}

/** Returns the CronJobs of a directory with the Jobs that they have from now on; undefined when there are none. */
export function makeCronJobs(
  { objects, states, cron }: Workloads,
  { complete, now }: { readonly complete: boolean; readonly now: Instant },
): Made | undefined {
  if (cron === undefined) return undefined;
  const { objects: cronJobs, states: before, hostZone, zones } = cron;
  const taken = new Set(objects.filter(({ kind }) => kind === "Job").map(({ metadata }) => namespacedName(metadata)));
  const input = { cronJobs, states: before, workloadStates: states, taken, complete, now, hostZone, zones };
  const { jobs, removed, dueAt, ...made } = reconcileCronJobs(input);
  const own = jobs.filter(({ metadata }) => !taken.has(namespacedName(metadata)));
  return { cron: { before, ...made }, jobs: own, removed, ...(dueAt !== undefined && { dueAt }) };
}

/** Stores what the CronJobs have from now on, and logs what has happened to them. Returns what is wrong with some. */
export function keepCronJobs(cron: MadeCronJobs | undefined, log: Log): readonly string[] {
  if (cron === undefined) return [];
  // A Job that is stored here alone is made by the next run.
  const unstored = writeCronJobStates(cron.states);
  for (const { cronJob, type, reason, message } of cron.events) {
    const fields = { cronjob: cronJob, reason, message };
    if (type === "Warning") log.warning("event", fields);
    else log.notice("event", fields);
  }
  const problems = [
    ...unstored.map(({ state, because }) => [state, `its state cannot be stored: ${because}`] as const),
    ...cron.states.flatMap((state) => (state.problem === undefined ? [] : [[state, state.problem] as const])),
  ];
  return problems.map(([state, problem]) => `cronjob ${namespacedName(state)}: ${problem}`);
}

/**
 * True when a Job has ended in this run: its CronJob may start the next one, or remove it. An end that could not be stored is none,
 * because each run would find it once more.
 */
export function hasEndedJob(before: readonly WorkloadState[], after: readonly WorkloadState[]): boolean {
  const known = endsOf(before);
  const fresh = [...endsOf(after)].filter((uid) => !known.has(uid));
  if (fresh.length === 0) return false;
  const stored = endsOf(readWorkloadStates());
  return fresh.some((uid) => stored.has(uid));
}

function endsOf(states: readonly WorkloadState[]): ReadonlySet<string> {
  return new Set(states.flatMap(({ uid, job }) => (job?.end === undefined ? [] : [uid])));
}
