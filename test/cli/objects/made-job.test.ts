import { expect, test } from "vitest";
import { madeJob } from "../../../src/cli/objects/made-job.ts";
import type { Job } from "../../../src/model/api/workload.ts";
import type { CronJobState } from "../../../src/model/cron-job-state.ts";
import type { WorkloadState } from "../../../src/model/workload-state.ts";

const JOB: Job = {
  kind: "Job",
  metadata: { namespace: "default", name: "backup-1", uid: "j" },
  template: { labels: { app: "backup" }, spec: { containers: [{ name: "main", image: "host" }] }, hash: "h" },
  ...{ parallelism: 1, completions: 3, backoffLimit: 6, suspend: false },
};

const CRON_JOB: CronJobState = {
  ...{ namespace: "default", name: "backup", uid: "c", schedule: "@hourly", timeZone: "UTC", suspend: false },
  ...{ since: 0, jobs: [JOB], active: ["backup-1"] },
};

const STATE: WorkloadState = {
  kind: "Job",
  ...{ namespace: "default", name: "backup-1", uid: "j", pods: [], wanted: 3, templateHash: "h" },
  job: { startedAt: 0, succeeded: 0, failed: 0 },
};

test("a Job of a CronJob has its owner, its start and what columns show", () => {
  expect(madeJob(STATE, [CRON_JOB])).toEqual({
    metadata: {
      creationTimestamp: "1970-01-01T00:00:00Z",
      ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: "backup", uid: "c", controller: true }],
    },
    spec: {
      parallelism: 1,
      completions: 3,
      template: { metadata: { labels: { app: "backup" } }, spec: JOB.template.spec },
    },
  });
});

test("another Job has none", () => {
  expect(madeJob({ ...STATE, name: "backup-2" }, [CRON_JOB])).toBeUndefined();
  expect(madeJob({ ...STATE, namespace: "other" }, [CRON_JOB])).toBeUndefined();
});
