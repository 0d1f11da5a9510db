import { expect, test } from "vitest";
import { cronJobTable } from "../../src/cli/cron-job-table.ts";
import { CronHost, cronDocument, parsedCronJob } from "../workloads/cron-base.ts";

test("nothing without CronJobs", () => {
  expect(cronJobTable([], 0)).toBe("");
});

test("the columns of kubectl, and why a CronJob has no times", () => {
  const tick = parsedCronJob(cronDocument({ timeZone: "Europe/Berlin" }));
  const never = parsedCronJob({ ...cronDocument({ schedule: "0 0 30 2 *" }), metadata: { name: "never" } });
  const host = new CronHost().run([tick, never]).after(3660).run([tick, never]);
  expect(cronJobTable(host.states, host.now)).toBe(`
NAMESPACE  CRONJOB  SCHEDULE    TIMEZONE       SUSPEND  ACTIVE  LAST SCHEDULE
default    never    0 0 30 2 *  UTC            False    0       <none>
default    tick     0 * * * *   Europe/Berlin  False    1       60s

default/never CronJob: spec.schedule: InvalidSchedule: no date within 5 years matches: correct the schedule
`);
});
