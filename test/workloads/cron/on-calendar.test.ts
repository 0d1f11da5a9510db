import { expect, test } from "vitest";
import { parseSchedule } from "../../../src/model/cron/parse-schedule.ts";
import { timeZone } from "../../../src/model/cron/time-zone.ts";
import { onCalendar } from "../../../src/workloads/cron/on-calendar.ts";
import { START, TIMES } from "./times.ts";

function resultOf(schedule: string, zoneName: string): string {
  const parsed = parseSchedule(schedule);
  const zone = timeZone(zoneName);
  if (!parsed.ok || zone === undefined) throw new Error(`${schedule} ${zoneName} is refused`);
  const result = onCalendar(parsed.schedule, zone, Date.parse(START));
  if (result.kind === "lines") return result.lines.join(" | ");
  return result.kind === "never" ? "never" : `computed: ${result.because}`;
}

test.each(TIMES)("$schedule in $zone", ({ schedule, zone, count, result }) => {
  expect(resultOf(schedule, zone)).toBe(result);
  if (result === "never") expect(count).toBe(0);
});

test("there are two hundred schedules", () => {
  expect(TIMES.length).toBeGreaterThanOrEqual(200);
});

test("a zone whose clocks are never set has lines for every time", () => {
  const autumn = "computed: It has times in the hour that the clocks repeat. Kubernetes takes both, systemd the first.";
  expect(resultOf("30 2 * * *", "Europe/Berlin")).toBe(autumn);
  expect(resultOf("30 2 * * *", "Europe/Istanbul")).toBe("*-*-* 02:30:00 Europe/Istanbul");
});

test.each(["UTC", "Europe/Berlin", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "Asia/Calcutta"])(
  "the time zone %s is known",
  (name) => {
    expect(timeZone(name)?.name).toBe(name);
  },
);

test.each([
  "",
  "Local",
  "local",
  "europe/berlin",
  "us/eastern",
  "gmt",
  "Europe/Nowhere",
  "+01:00",
  "../etc",
  "Europe//Berlin",
  "UTC ",
])("the time zone %j is refused", (name) => {
  expect(timeZone(name)).toBeUndefined();
});
