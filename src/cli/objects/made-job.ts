import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Job } from "../../model/api/workload.ts";
import type { CronJobState } from "../../model/cron-job-state.ts";
import type { WorkloadState } from "../../model/workload-state.ts";
import type { ApiMetadata, Tree } from "./api-object.ts";

interface MadeJob {
  readonly metadata: Pick<ApiMetadata, "creationTimestamp" | "ownerReferences">;
  readonly spec: Tree;
}

/** Returns what no file says of a Job: its owner and its spec, as far as columns show it. Undefined: no CronJob has made it. */
export function madeJob(state: WorkloadState, cronJobs: readonly CronJobState[]): MadeJob | undefined {
  if (state.kind !== "Job") return undefined;
  for (const { namespace, name, uid, jobs } of cronJobs) {
    const job = namespace === state.namespace ? jobs.find(({ metadata }) => metadata.name === state.name) : undefined;
    const owner = { apiVersion: "batch/v1", kind: "CronJob", name, uid, controller: true };
    if (job !== undefined)
      return { metadata: { ...startOf(state.job?.startedAt), ownerReferences: [owner] }, spec: specOf(job) };
  }
  return undefined;
}

function specOf({ parallelism, completions, template: { labels, spec } }: Job): Tree {
  return { parallelism, ...(completions !== undefined && { completions }), template: { metadata: { labels }, spec } };
}

function startOf(startedAt: Instant | undefined): Pick<ApiMetadata, "creationTimestamp"> {
  return startedAt === undefined ? {} : { creationTimestamp: toTimestamp(startedAt) };
}
