import { describe, expect, test } from "vitest";
import { parseSchedule } from "../../../src/model/cron/parse-schedule.ts";
import type { ClockSchedule } from "../../../src/model/cron/schedule.ts";

function clock(text: string): ClockSchedule {
  const parsed = parseSchedule(text);
  if (!parsed.ok || parsed.schedule.kind !== "clock")
    throw new Error(`${text} is refused, or no schedule by the clock`);
  return parsed.schedule;
}

describe("a field", () => {
  test.each([
    ["7", [7]],
    ["07", [7]],
    ["1,3", [1, 3]],
    ["1-4", [1, 2, 3, 4]],
    ["50/4", [50, 54, 58]],
    ["1-9/4", [1, 5, 9]],
    ["*/25", [0, 25, 50]],
    ["?/30", [0, 30]],
    ["*/99", [0]],
    [",", []],
  ])("%s", (minutes, numbers) => {
    expect([...clock(`${minutes} * * * *`).minutes]).toEqual(numbers);
  });

  test("has names of months and days, in any case", () => {
    const { months, daysOfWeek } = clock("0 0 * jan,DEC Mon-fri");
    expect([[...months], [...daysOfWeek]]).toEqual([
      [1, 12],
      [1, 2, 3, 4, 5],
    ]);
  });
});

test.each([
  ["0 0 13 * 5", true],
  ["0 0 13 * *", false],
  ["0 0 * * 5", false],
  ["0 0 ? * 5", false],
  ["0 0 */2 * 5", true],
  ["0 0 */1 * 5", false],
  ["0 0 1,* * 5", false],
])("%s: either day is enough: %s", (text, either) => {
  expect(clock(text).eitherDay).toBe(either);
});

test.each([
  ["5m", 300],
  ["1h30m", 5400],
  ["1.5h", 5400],
  ["90s", 90],
  ["2500ms", 2],
  ["1ms", 1],
  ["-1h", 1],
  ["2562047h", 9_223_369_200],
  ["0", 1],
])("@every %s is %i seconds", (duration, seconds) => {
  expect(parseSchedule(`@every ${duration}`)).toEqual({ ok: true, schedule: { kind: "interval", seconds } });
});

test("a duration of many digits takes no time", () => {
  const before = performance.now();
  expect(parseSchedule(`@every ${"1".repeat(50_000)}`).ok).toBe(false);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test.each([
  ["", "has 0 fields: expected 5"],
  ["* * * *", "has 4 fields: expected 5"],
  ["0 * * * * *", "has 6 fields: expected 5"],
  ["60 * * * *", 'has the minute "60": expected 0 to 59'],
  ["* 24 * * *", 'has the hour "24": expected 0 to 23'],
  ["* * 0 * *", 'has the day of month "0": expected 1 to 31'],
  ["* * * * 7", 'has the day of week "7": expected 0 to 6'],
  ["* * * foo *", 'has the month "foo": "foo" is no number or name'],
  ["* * L * *", 'has the day of month "L": "L" is no number'],
  ["5-1 * * * *", 'has the minute "5-1": the range ends before it begins'],
  ["*/0 * * * *", 'has the minute "*/0": a step is 1 or more'],
  ["*/x * * * *", 'has the minute "*/x": the step "x" is no number'],
  ["1/2/3 * * * *", 'has the minute "1/2/3": a range has one slash'],
  ["1-2-3 * * * *", 'has the minute "1-2-3": a range has one hyphen'],
  ["-1 * * * *", 'has the minute "-1": "" is no number'],
  ["@reboot", "is no macro: use @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly"],
  ["@every", "is no macro: use @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly"],
  ["@every 5", 'has "5" after @every: expected a duration such as 1h30m'],
  ["TZ=UTC 0 0 * * *", "has a time zone: set spec.timeZone"],
  ["CRON_TZ=UTC 0 0 * * *", "has a time zone: set spec.timeZone"],
])("%j is refused, as by the API server", (text, because) => {
  expect(parseSchedule(text)).toEqual({ ok: false, because });
});

test.each(["2562048h", `${"9".repeat(400)}h`, "-2562048h"])("@every %s is refused, as Go refuses it", (duration) => {
  const because = "has more than 292 years after @every: write a shorter duration";
  expect(parseSchedule(`@every ${duration}`)).toEqual({ ok: false, because });
});
