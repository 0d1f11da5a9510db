import { describe, expect, test } from "vitest";
import { CronHost, cronDocument, jobAt, parsedCronJob } from "./cron-base.ts";

const HOURLY = parsedCronJob(cronDocument());

/** A host that saw the CronJob at 12:00, half an hour ago. */
const begun = (cronJob = HOURLY) => new CronHost().run([cronJob]).after(1800);

test("nothing starts before the first time", () => {
  const host = begun().run([HOURLY]);
  expect([host.jobs, host.dueAt]).toEqual([[], Date.parse("2026-03-01T13:00:00Z")]);
});

test("a Job has the name of its time in minutes, as in a cluster", () => {
  const host = begun().after(1800).run([HOURLY]);
  expect([host.jobs, host.reasons]).toEqual([[jobAt("2026-03-01T13:00Z")], ["SuccessfulCreate"]]);
});

test("a time has one Job", () => {
  const host = begun().after(1800).run([HOURLY]).end().after(1).run([HOURLY]);
  expect(host.jobs).toEqual([`${jobAt("2026-03-01T13:00Z")} Complete`]);
});

test("of several missed times the last one has a Job", () => {
  const host = begun()
    .after(5 * 3600)
    .run([HOURLY]);
  expect([host.jobs, host.reasons]).toEqual([[jobAt("2026-03-01T17:00Z")], ["SuccessfulCreate"]]);
});

test("more than 100 missed times are a warning, and the last one has a Job", () => {
  const host = begun()
    .after(101 * 3600)
    .run([HOURLY]);
  expect([host.jobs.length, host.reasons]).toEqual([1, ["TooManyMissedTimes", "SuccessfulCreate"]]);
});

test("100 missed times are none", () => {
  expect(
    begun()
      .after(100 * 3600)
      .run([HOURLY]).reasons,
  ).toEqual(["SuccessfulCreate"]);
});

test("years of missed minutes are found at once", () => {
  const minutely = parsedCronJob(cronDocument({ schedule: "* * * * *" }));
  const host = new CronHost()
    .run([minutely])
    .after(3 * 365 * 86_400)
    .run([minutely]);
  expect(host.jobs).toEqual([jobAt("2029-02-28T12:00Z")]);
});

describe("startingDeadlineSeconds", () => {
  const strict = parsedCronJob(cronDocument({ startingDeadlineSeconds: 60 }));

  test("within it a Job starts", () => {
    expect(begun(strict).after(1860).run([strict]).jobs).toEqual([jobAt("2026-03-01T13:00Z")]);
  });

  test("after it none does, which is told once", () => {
    const host = begun(strict).after(1861).run([strict]).after(1).run([strict]);
    expect([host.jobs, host.reasons]).toEqual([[], ["MissSchedule"]]);
  });
});

describe("suspend", () => {
  const suspended = parsedCronJob(cronDocument({ suspend: true }));

  test("no Job starts, and there is no timer", () => {
    const host = begun().after(1800).run([suspended]);
    expect([host.jobs, host.timers, host.dueAt]).toEqual([[], [], undefined]);
  });

  test("the Jobs that run stay", () => {
    expect(begun().after(1800).run([HOURLY]).run([suspended]).jobs).toEqual([jobAt("2026-03-01T13:00Z")]);
  });

  test("its end starts the Job of a time that has passed", () => {
    expect(begun().run([suspended]).after(1800).run([suspended]).run([HOURLY]).jobs).toEqual([
      jobAt("2026-03-01T13:00Z"),
    ]);
  });
});

describe("concurrencyPolicy", () => {
  const first = jobAt("2026-03-01T13:00Z");
  const second = jobAt("2026-03-01T14:00Z");
  const twice = (policy: string) => {
    const cronJob = parsedCronJob(cronDocument({ concurrencyPolicy: policy }));
    return { cronJob, host: begun(cronJob).after(1800).run([cronJob]).after(3600).run([cronJob]) };
  };

  test("Allow lets Jobs run beside each other", () => {
    expect(twice("Allow").host.jobs).toEqual([first, second]);
  });

  test("Forbid starts none beside another one, tells once, and starts it when the other one has ended", () => {
    const { cronJob, host } = twice("Forbid");
    expect([host.run([cronJob]).jobs, host.reasons]).toEqual([[first], ["SuccessfulCreate", "JobAlreadyActive"]]);
    expect(host.end().after(60).run([cronJob]).jobs).toEqual([`${first} Complete`, second]);
  });

  test("Replace ends the Job that runs", () => {
    const { host } = twice("Replace");
    expect([host.jobs, [...host.removed], host.reasons]).toEqual([
      [second],
      [`default/${first}`],
      ["SuccessfulCreate", "SuccessfulDelete", "SuccessfulCreate"],
    ]);
  });
});

describe("history", () => {
  /** Lets a CronJob have so many Jobs that end. */
  function withEnded(count: number, spec: object, type: "Complete" | "Failed", job: object = {}) {
    const cronJob = parsedCronJob(cronDocument({ ...spec }, { ...job }));
    const host = begun(cronJob);
    for (let at = 0; at < count; at++) host.after(3600).run([cronJob]).end(type).run([cronJob]);
    return { host, cronJob };
  }

  test.each([
    ["Complete", {}, 3],
    ["Failed", {}, 1],
    ["Complete", { successfulJobsHistoryLimit: 0 }, 0],
    ["Failed", { failedJobsHistoryLimit: 2 }, 2],
  ] as const)("of Jobs that are %s with %j stay %i", (type, spec, expected) => {
    expect(withEnded(5, spec, type).host.jobs.length).toBe(expected);
  });

  test("the oldest ones go", () => {
    const { host } = withEnded(4, {}, "Complete");
    expect(host.jobs[0]).toBe(`${jobAt("2026-03-01T14:00Z")} Complete`);
  });

  test("a Job goes when its time to live is over, and its time has no other one", () => {
    const { host, cronJob } = withEnded(1, {}, "Complete", { ttlSecondsAfterFinished: 10 });
    expect([host.jobs.length, host.after(10).run([cronJob]).jobs, host.run([cronJob]).jobs]).toEqual([1, [], []]);
  });
});

test("the template of a Job that runs is that of its start", () => {
  const other = parsedCronJob(cronDocument({}, {}, { terminationGracePeriodSeconds: 5 }));
  const host = begun().after(1800).run([HOURLY]);
  const before = host.states[0]?.jobs;
  expect(host.after(60).run([other]).states[0]?.jobs).toEqual(before);
});

test("times before the schedule was changed do not count", () => {
  const other = parsedCronJob(cronDocument({ schedule: "15 * * * *" }));
  const host = begun().run([other]);
  expect([host.jobs, host.dueAt]).toEqual([[], Date.parse("2026-03-01T13:15:00Z")]);
});

test("a CronJob that is gone takes its Jobs along, and a complete list is needed for that", () => {
  const host = begun().after(1800).run([HOURLY]);
  expect(host.run([], false).jobs).toEqual([jobAt("2026-03-01T13:00Z")]);
  expect([host.run([]).jobs, [...host.removed]]).toEqual([[], [`default/${jobAt("2026-03-01T13:00Z")}`]]);
});

test("a clock that was set back by years starts the next Job all the same", () => {
  const host = begun().after(1800).run([HOURLY]).end();
  host.now = Date.parse("2020-01-01T00:30:00Z");
  expect(host.run([HOURLY]).after(1800).run([HOURLY]).jobs).toContain(jobAt("2020-01-01T01:00Z"));
});

test("a Job of the directory with the name of the next one is told", () => {
  const host = begun();
  host.taken = new Set([`default/${jobAt("2026-03-01T13:00Z")}`]);
  host.after(1800).run([HOURLY]);
  expect([host.jobs, host.states[0]?.problem]).toEqual([
    [],
    `metadata.name: another manifest has a Job ${jobAt("2026-03-01T13:00Z")}: rename one of them`,
  ]);
});

test("a schedule without a date is told", () => {
  const never = parsedCronJob(cronDocument({ schedule: "0 0 30 2 *" }));
  const host = new CronHost().run([never]);
  expect([host.timers, host.dueAt, host.states[0]?.problem]).toEqual([
    [],
    undefined,
    "spec.schedule: InvalidSchedule: no date within 5 years matches: correct the schedule",
  ]);
});
