import { describe, expect, test } from "vitest";
import { backOffDelay, printDelay } from "../../src/report/back-off.ts";
import { ago, exit, past } from "./base.ts";

const crashes = (count: number) => Array.from({ length: count }, (_, i) => exit(i, 1000 - i));

describe("backOffDelay()", () => {
  test.each([
    [0, 0],
    [1, 0],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 80],
    [6, 160],
    [7, 300],
    [20, 300],
  ])("after %i exits waits %i s", (count, delay) => {
    expect(backOffDelay(past(crashes(count)))).toBe(delay);
  });

  test("counts exits whose records were compacted away", () => {
    expect(backOffDelay(past(crashes(2), { forgottenExits: 2 }))).toBe(40);
  });

  test("starts anew after a run of more than ten minutes", () => {
    const long = exit(9, 100, { startedAt: ago(701) });
    expect([past([...crashes(5), long]), past([...crashes(5), long, exit(10, 50)])].map(backOffDelay)).toEqual([0, 10]);
  });
});

test.each([
  [10, "10s"],
  [80, "1m20s"],
  [160, "2m40s"],
  [300, "5m0s"],
])("printDelay(%i) is %s, as Go prints it", (seconds, text) => {
  expect(printDelay(seconds)).toBe(text);
});
