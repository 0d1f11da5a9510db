import { describe, expect, test } from "vitest";
import { pollDelay, renewalTime, retryDelay } from "../../../src/io/pki/rotation.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
const LIFE = { from: 1_000_000, to: 1_000_000 + YEAR };

describe("renewalTime()", () => {
  const shares = Array.from({ length: 500 }, (_, at) => (renewalTime(LIFE, `serial ${at}`) - LIFE.from) / YEAR);

  test("is between 70 and 90 % of the life, spread over all of it", () => {
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.7);
    expect(Math.max(...shares)).toBeLessThan(0.9);
    for (const part of [0.7, 0.75, 0.8, 0.85]) {
      expect(shares.filter((share) => share >= part && share < part + 0.05).length).toBeGreaterThan(80);
    }
  });

  test("is the same for every run that asks", () => {
    expect(renewalTime(LIFE, "0A1B")).toBe(renewalTime(LIFE, "0A1B"));
  });
});

test.each([
  [0, 10_000],
  [1.9 * MINUTE, 10_000],
  [2 * MINUTE, MINUTE],
  [HOUR, 5 * MINUTE],
  [24 * HOUR, 5 * MINUTE],
])("a request that is %d ms old is looked at after %d ms", (age, expected) => {
  expect(pollDelay(age)).toBe(expected);
});

test("refusals are answered with ever longer patience, an hour at most", () => {
  expect([1, 2, 3, 6, 7, 100].map((refusals) => retryDelay(refusals) / MINUTE)).toEqual([1, 2, 4, 32, 60, 60]);
});
