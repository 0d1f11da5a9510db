import { toTimestamp } from "../../model/api/time.ts";
import type { CronJobState } from "../../model/cron-job-state.ts";
import type { Tree } from "./api-object.ts";

/** Returns the status of a CronJob, with the fields of the API. */
export function cronJobStatus({ namespace, active, lastScheduleTime, problem }: CronJobState): Tree {
  const jobs = active.map((name) => ({ apiVersion: "batch/v1", kind: "Job", namespace, name }));
  return {
    ...(jobs.length > 0 && { active: jobs }),
    ...(lastScheduleTime !== undefined && { lastScheduleTime: toTimestamp(lastScheduleTime) }),
    // A condition of unitlet's own.
    ...(problem !== undefined && { conditions: [{ type: "Problem", status: "True", message: problem }] }),
  };
}
