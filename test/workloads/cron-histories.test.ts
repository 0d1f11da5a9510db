import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSchedule } from "../../src/model/cron/parse-schedule.ts";
import { missedTime } from "../../src/workloads/cron/missed-time.ts";
import { nextTime } from "../../src/workloads/cron/next-time.ts";
import { NOW } from "./base.ts";
import { CronHost, cronDocument, parsedCronJob } from "./cron-base.ts";

const SCHEDULES = ["* * * * *", "*/7 * * * *", "0 * * * *", "5 0-3 * * *", "@every 45s", "@every 7m"];
const UTC = { name: "UTC", offsetAt: () => 0 };

const step = fc.record({
  seconds: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 20_000 })),
  ends: fc.constantFrom(undefined, "Complete" as const, "Failed" as const),
  suspend: fc.boolean(),
});

const spec = fc.record({
  schedule: fc.constantFrom(...SCHEDULES),
  concurrencyPolicy: fc.constantFrom("Allow", "Forbid", "Replace"),
  successfulJobsHistoryLimit: fc.integer({ min: 0, max: 3 }),
  failedJobsHistoryLimit: fc.integer({ min: 0, max: 3 }),
});

test("whatever happens: names are unique, limits and policies hold, and the same run again changes nothing", () => {
  void fc.assert(
    fc.property(spec, fc.array(step, { maxLength: 40 }), (written, steps) => {
      const host = new CronHost();
      const seen = new Set<string>();
      for (const { seconds, ends, suspend } of steps) {
        const cronJob = parsedCronJob(cronDocument({ ...written, suspend }));
        const before = new Set(host.states.flatMap(({ jobs }) => jobs.map(({ metadata }) => metadata.name)));
        host.after(seconds);
        if (ends) host.end(ends);
        host.run([cronJob]);
        const [state] = host.states;
        const names = state?.jobs.map(({ metadata }) => metadata.name) ?? [];
        const added = names.filter((name) => !before.has(name));
        expect(added.length).toBeLessThanOrEqual(suspend ? 0 : 1);
        for (const name of added) expect(seen.has(name)).toBe(false);
        for (const name of added) seen.add(name);
        if (written.concurrencyPolicy !== "Allow") expect(state?.active.length).toBeLessThanOrEqual(1);
        const count = (type: string) => host.jobs.filter((name) => name.endsWith(type)).length;
        expect(count("Complete")).toBeLessThanOrEqual(written.successfulJobsHistoryLimit);
        expect(count("Failed")).toBeLessThanOrEqual(written.failedJobsHistoryLimit);
        expect(host.dueAt === undefined).toBe(suspend);
        if (host.dueAt !== undefined) expect(host.dueAt).toBeGreaterThan(host.now);
        const [jobs, reasons] = [host.jobs, host.reasons];
        expect([host.run([cronJob]).jobs, host.reasons.length]).toEqual([jobs, 0]);
        expect(reasons.length).toBeGreaterThanOrEqual(added.length);
      }
    }),
    { numRuns: 100 },
  );
});

test("the last missed time is the one that a look at each of them finds", () => {
  void fc.assert(
    fc.property(fc.constantFrom(...SCHEDULES), fc.nat(500_000), (text, seconds) => {
      const parsed = parseSchedule(text);
      if (!parsed.ok) throw new Error(parsed.because);
      const now = NOW + seconds * 1000;
      const times: number[] = [];
      for (let at = nextTime(parsed.schedule, UTC, NOW); at !== undefined && at <= now; )
        at = nextTime(parsed.schedule, UTC, times[times.push(at) - 1] ?? 0);
      const last = times.at(-1);
      const expected = last === undefined ? undefined : { at: last, isMany: times.length > 100 };
      expect(missedTime(parsed.schedule, UTC, NOW, now)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
