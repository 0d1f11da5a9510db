import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseSchedule } from "../../../src/model/cron/parse-schedule.ts";
import { type TimeZone, timeZone } from "../../../src/model/cron/time-zone.ts";
import { nextTime } from "../../../src/workloads/cron/next-time.ts";
import { END, START, TIMES } from "./times.ts";

/** Offsets are looked up once for all schedules of a zone. */
const ZONES = new Map<string, TimeZone | undefined>(TIMES.map(({ zone }) => [zone, timeZone(zone)]));

/** Returns the times of a schedule from START to END, at most `max`, as lines such as 2027-10-01T00:00. */
function timesOf(schedule: string, zoneName: string, max: number): readonly string[] {
  const parsed = parseSchedule(schedule);
  const zone = ZONES.get(zoneName);
  if (!parsed.ok || zone === undefined) throw new Error(`${schedule} ${zoneName} is refused`);
  const lines: string[] = [];
  let at = nextTime(parsed.schedule, zone, Date.parse(START));
  while (at !== undefined && at < Date.parse(END) && lines.length < max) {
    lines.push(`${new Date(at).toISOString().slice(0, 16)}\n`);
    at = nextTime(parsed.schedule, zone, at);
  }
  return lines;
}

test("the times are those of robfig/cron, a year ahead", () => {
  const digests = TIMES.map(({ schedule, zone }) => {
    const lines = timesOf(schedule, zone, zone === "UTC" ? 1000 : 600);
    const digest = createHash("sha256").update(lines.join("")).digest("hex").slice(0, 16);
    return [schedule, zone, lines.length, digest];
  });
  expect(digests).toEqual(TIMES.map(({ schedule, zone, count, digest }) => [schedule, zone, count, digest]));
});

test.each([", * * * *", "* , * * *", "* * * , *"])("%s has no time, which takes no search", (schedule) => {
  const parsed = parseSchedule(schedule);
  const asked: number[] = [];
  const offsetAt = (time: number) => asked.push(time) * 0;
  expect(parsed.ok && nextTime(parsed.schedule, { name: "UTC", offsetAt }, Date.parse(START))).toBeUndefined();
  expect(asked).toEqual([]);
});
