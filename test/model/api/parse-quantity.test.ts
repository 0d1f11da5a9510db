import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseQuantity } from "../../../src/model/api/quantity.ts";
import { forAll } from "../../support/fuzz.ts";

describe("parseQuantity()", () => {
  const cases: [string, number][] = [
    ["0", 0],
    ["100", 100],
    ["1.5", 1.5],
    [".5", 0.5],
    ["5.", 5],
    ["+1", 1],
    ["-1", -1],
    ["5n", 5e-9],
    ["5u", 5e-6],
    ["100m", 0.1],
    ["9m", 0.009],
    ["1k", 1000],
    ["1M", 1e6],
    ["1G", 1e9],
    ["1T", 1e12],
    ["1P", 1e15],
    ["1E", 1e18],
    ["1Ki", 1024],
    ["1Mi", 1024 ** 2],
    ["1.5Gi", 1.5 * 1024 ** 3],
    ["1Ti", 1024 ** 4],
    ["1Pi", 1024 ** 5],
    ["1Ei", 1024 ** 6],
    ["1e3", 1000],
    ["1E3", 1000],
    ["12e-3", 0.012],
    ["1.2e+2", 120],
  ];

  test.for(cases)("%s is %d", ([text, expected]) => {
    expect(parseQuantity(text)).toBe(expected);
  });

  test.for(["", "m", "1mi", "1K", "1 Gi", "1Gb", "0x10", "1e", "1.2.3", "--1", "NaN", "Infinity", "1,5", "१"])(
    "%j is none",
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

  test("thousandths, asked for in thousandths, are exact", () => {
    forAll(fc.integer({ min: 0, max: 1_000_000 }), (milli) => {
      expect(parseQuantity(`${milli}m`, 3)).toBe(milli);
      expect(parseQuantity(`${milli / 1000}`, 3)).toBe(milli);
    });
  });
});
