import { expect, test } from "vitest";
import { ageOf, humanDuration } from "../../../src/cli/objects/human-duration.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// `duration_test.go: TestHumanDuration`, v0.36.
test.each([
  [-2 * SECOND, "<invalid>"],
  [-1 * SECOND, "0s"],
  [0, "0s"],
  [SECOND, "1s"],
  [70 * SECOND, "70s"],
  [2 * MINUTE, "2m"],
  [2 * MINUTE + 10 * SECOND, "2m10s"],
  [10 * MINUTE + SECOND, "10m"],
  [179 * MINUTE, "179m"],
  [3 * HOUR, "3h"],
  [3 * HOUR + MINUTE, "3h1m"],
  [9 * HOUR, "9h"],
  [47 * HOUR, "47h"],
  [2 * DAY, "2d"],
  [7 * DAY + 23 * HOUR, "7d23h"],
  [8 * DAY + HOUR, "8d"],
  [365 * DAY, "365d"],
  [2 * 365 * DAY + DAY, "2y1d"],
  [8 * 365 * DAY + DAY, "8y"],
])("%d ms is %s", (milliseconds, words) => {
  expect(humanDuration(milliseconds)).toBe(words);
});

test("what has no time has no known age", () => {
  expect(ageOf(undefined, 0)).toBe("<unknown>");
});
