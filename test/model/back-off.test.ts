import { describe, expect, test } from "vitest";
import { backOffDelay, printDelay } from "../../src/model/back-off.ts";
import { ago, exit } from "../report/base.ts";

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
    expect(backOffDelay({ exits: crashes(count) })).toBe(delay);
  });

  test("starts anew after a run of ten minutes", () => {
    const long = exit(9, 100, { startedAt: ago(700) });
    expect(
      [
        [...crashes(5), long],
        [...crashes(5), long, exit(10, 50)],
      ].map((exits) => backOffDelay({ exits })),
    ).toEqual([0, 10]);
  });

  test("starts anew with the first start after a boot", () => {
    const exits = crashes(5);
    expect([4, 3, 2].map((at) => backOffDelay({ exits, bootedAfter: exits[at]?.invocation ?? "" }))).toEqual([
      0, 10, 20,
    ]);
  });

  test("starts anew with another spec", () => {
    const other = (n: number) => exit(n, 50, { specHash: "other" });
    expect(
      [
        [...crashes(5), other(9)],
        [...crashes(5), other(9), other(10)],
      ].map((exits) => backOffDelay({ exits })),
    ).toEqual([0, 10]);
  });
});

describe("printDelay() prints as Go does", () => {
  test.each([
    [10, "10s"],
    [80, "1m20s"],
    [160, "2m40s"],
    [300, "5m0s"],
  ])("%i s", (seconds, text) => {
    expect(printDelay(seconds)).toBe(text);
  });
});
