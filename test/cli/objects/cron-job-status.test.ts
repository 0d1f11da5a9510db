import { expect, test } from "vitest";
import { cronJobStatus } from "../../../src/cli/objects/cron-job-status.ts";
import type { CronJobState } from "../../../src/model/cron-job-state.ts";
import { CronHost, cronDocument, jobAt, parsedCronJob } from "../../workloads/cron-base.ts";

const CRON_JOB = parsedCronJob(cronDocument());
const [STATE] = new CronHost().run([CRON_JOB]).after(3600).run([CRON_JOB]).states as [CronJobState];

test("the status names the active Jobs and the last time", () => {
  expect(cronJobStatus(STATE)).toEqual({
    active: [{ apiVersion: "batch/v1", kind: "Job", namespace: "default", name: jobAt("2026-03-01T13:00Z") }],
    lastScheduleTime: "2026-03-01T13:00:00Z",
  });
});
