import type { CronJob } from "../model/api/cron-job.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import type { Instant } from "../model/api/time.ts";
import type { Job } from "../model/api/workload.ts";
import type { CronJobEvent, CronJobState, CronTimer } from "../model/cron-job-state.ts";
import type { WorkloadState } from "../model/workload-state.ts";
import { timerName } from "./cron/calendar.ts";
import { type CronJobMoment, type CronJobOutcome, hasMade, reconcileCronJob } from "./cron-job.ts";

export interface CronJobsInput extends Pick<CronJobMoment, "now" | "hostZone" | "zones"> {
  readonly cronJobs: readonly CronJob[];
  readonly states: readonly CronJobState[];
  /** What the host remembers of workloads. */
  readonly workloadStates: readonly WorkloadState[];
  /** The Jobs of the directory, as NAMESPACE/NAME. */
  readonly taken: ReadonlySet<string>;
  /** False: the directory may have more CronJobs than these. */
  readonly complete: boolean;
}

export interface CronJobsResult {
  readonly states: readonly CronJobState[];
  /** The Jobs that the CronJobs have. */
  readonly jobs: readonly Job[];
  /** The Jobs that they have no more, as NAMESPACE/NAME. */
  readonly removed: ReadonlySet<string>;
  /** The timers that the host should have, and names of those that are to stay as they are. */
  readonly timers: readonly CronTimer[];
  readonly keptTimers: ReadonlySet<string>;
  readonly events: readonly CronJobEvent[];
  /** When the next Job is due; undefined: never. */
  readonly dueAt?: Instant;
}

/** Returns the CronJobs with the Jobs and timers that they have from now on. A CronJob that the directory has no more loses both. */
export function reconcileCronJobs(input: CronJobsInput): CronJobsResult {
  const { cronJobs, states, complete } = input;
  const known = new Map(states.map((state) => [namespacedName(state), state]));
  const outcomes = cronJobs.map((cronJob) => contained(cronJob, known.get(namespacedName(cronJob.metadata)), input));
  const own = new Set(cronJobs.map(({ metadata }) => namespacedName(metadata)));
  const unlisted = complete ? [] : states.filter((state) => !own.has(namespacedName(state)));
  const all = [...outcomes.map(({ state }) => state), ...unlisted];
  const jobs = all.flatMap((state) => state.jobs);
  const names = new Set(jobs.map(({ metadata }) => namespacedName(metadata)));
  // A Job that an earlier run has removed is among them until nothing is left of it.
  const left = input.workloadStates.filter((job) => states.some((state) => hasMade(state, job)));
  const earlier = [...left, ...states.flatMap((state) => state.jobs.map(({ metadata }) => metadata))];
  const due = outcomes.flatMap(({ dueAt }) => dueAt ?? []);
  return {
    ...{ states: all, jobs, removed: new Set(earlier.map(namespacedName).filter((name) => !names.has(name))) },
    timers: outcomes.flatMap(({ timer }) => timer ?? []),
    keptTimers: new Set([...unlisted, ...outcomes.filter(isBroken).map(({ state }) => state)].map(timerName)),
    events: outcomes.flatMap(({ events }) => events),
    ...(due.length > 0 && { dueAt: Math.min(...due) }),
  };
}

interface Contained extends CronJobOutcome {
  readonly isBroken?: true;
}

const isBroken = (outcome: Contained) => outcome.isBroken === true;

/** A bug that is met with one CronJob leaves its Jobs and its timer as they are. */
function contained(cronJob: CronJob, before: CronJobState | undefined, input: CronJobsInput): Contained {
  const { namespace } = cronJob.metadata;
  const jobs = input.workloadStates.filter((state) => state.kind === "Job" && state.namespace === namespace);
  const taken = [...input.taken].filter((name) => name.startsWith(`${namespace}/`));
  try {
    return reconcileCronJob(cronJob, before, {
      ...input,
      jobStates: new Map(jobs.map((state) => [state.name, state])),
      taken: new Set(taken.map((name) => name.slice(namespace.length + 1))),
    });
  } catch (error) {
    const { schedule, suspend, timeZone = "UTC", metadata } = cronJob;
    const fresh = { ...metadata, schedule, timeZone, suspend, since: input.now, jobs: [], active: [] };
    const problem = `cannot be handled, which is a bug of unitlet: ${(error as Error).message}`;
    return { state: { ...(before ?? fresh), problem }, events: [], isBroken: true };
  }
}
