import type { CronJob } from "../../model/api/cron-job.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Job } from "../../model/api/workload.ts";
import { nextJobOf, reconcileCronJob } from "../../workloads/cron-job.ts";
import type { RenderedUnit } from "./render-pods.ts";

/** The timer of a CronJob, and the Job that it makes next. */
interface RenderedTimer {
  readonly title: string;
  /** Undefined: the CronJob is suspended, or no date matches. */
  readonly unit?: RenderedUnit;
  readonly job?: Job;
}

/** Returns the timers of CronJobs on a host in UTC that knows all time zones. */
export function renderTimers(cronJobs: readonly CronJob[], now: Instant): readonly RenderedTimer[] {
  return cronJobs.map((cronJob) => {
    const zones = new Set(["UTC", cronJob.timeZone ?? "UTC"]);
    const moment = { now, jobStates: new Map(), taken: new Set<string>(), hostZone: "UTC", zones };
    const { timer, dueAt, state } = reconcileCronJob(cronJob, undefined, moment);
    const title = `CronJob ${namespacedName(cronJob.metadata)}${cronJob.suspend ? ", suspended" : ""}`;
    const notes = [
      ...(cronJob.timeZone === undefined ? ["Its times are those of the host's time zone; here of UTC."] : []),
      ...(state.calendar?.lines === undefined
        ? ["A run writes the next time of the schedule, because OnCalendar= cannot say all."]
        : []),
    ];
    return {
      title,
      ...(timer && { unit: { ...timer, notes } }),
      ...(dueAt !== undefined && { job: nextJobOf(cronJob, dueAt) }),
    };
  });
}
