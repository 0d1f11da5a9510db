import type { CronJob } from "../../model/api/cron-job.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Job } from "../../model/api/workload.ts";
import type { CronJobEvent, CronJobState } from "../../model/cron-job-state.ts";
import type { WorkloadState } from "../../model/workload-state.ts";

export type Tell = (type: CronJobEvent["type"], reason: string, message: string) => void;

interface HistoryMoment {
  readonly now: Instant;
  readonly jobStates: ReadonlyMap<string, WorkloadState>;
  readonly tell: Tell;
}

/** Leaves out the oldest Jobs that have ended, and those whose time to live is over (`cleanupFinishedJobs`, v1.36). */
export function withoutOldJobs(
  cronJob: CronJob,
  state: CronJobState,
  { jobStates, now, tell }: HistoryMoment,
): CronJobState {
  const endOf = ({ metadata }: Job) => jobStates.get(metadata.name)?.job?.end;
  for (const job of state.jobs) {
    const end = endOf(job);
    if (end !== undefined && state.active.includes(job.metadata.name))
      tell("Normal", "SawCompletedJob", `Saw completed job: ${job.metadata.name}, condition: ${end.type}`);
  }
  const ended = (type: "Complete" | "Failed") => state.jobs.filter((job) => endOf(job)?.type === type);
  const oldest = (all: readonly Job[], limit: number) => all.slice(0, Math.max(0, all.length - limit));
  const isOver = (job: Job) => {
    const [end, ttl] = [endOf(job), job.ttlSecondsAfterFinished];
    return end !== undefined && ttl !== undefined && end.at + ttl * 1000 <= now;
  };
  const old = new Set([
    ...oldest(ended("Complete"), cronJob.successfulJobsHistoryLimit),
    ...oldest(ended("Failed"), cronJob.failedJobsHistoryLimit),
    ...state.jobs.filter(isOver),
  ]);
  for (const { metadata } of old) tell("Normal", "SuccessfulDelete", `Deleted job ${metadata.name}`);
  const jobs = state.jobs.filter((job) => !old.has(job));
  return {
    ...state,
    jobs,
    active: jobs.filter((job) => endOf(job) === undefined).map(({ metadata }) => metadata.name),
  };
}
