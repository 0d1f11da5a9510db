import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseQuantity, printBytes, printCores, printCount } from "../../../src/model/api/quantity.ts";

describe("quantities are written as the API server writes them back", () => {
  test.each([
    [0, "0"],
    [1023, "1023"],
    [5000, "5k"],
    [8_138_752 * 1024, "7948Mi"],
    [8_138_753 * 1024, "8138753Ki"],
    [16 * 1024 ** 3, "16Gi"],
    [-5, "0"],
  ])("%i bytes", (bytes, text) => {
    expect(printBytes(bytes)).toBe(text);
  });

  test.each([
    [4000, "4"],
    [3500, "3500m"],
    [1_000_000, "1k"],
    [-1, "0"],
  ])("%i millicores", (millicores, text) => {
    expect(printCores(millicores)).toBe(text);
  });

  test.each([
    [110, "110"],
    [1000, "1k"],
  ])("a count of %i", (count, text) => {
    expect(printCount(count)).toBe(text);
  });
});

test("parseQuantity() reads what printBytes() wrote", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => parseQuantity(printBytes(bytes)) === bytes));
});

test("parseQuantity() takes a time that grows with the text, and not with its square", () => {
  expect(parseQuantity(`${"1".repeat(1_000_000)}x`)).toBeUndefined();
});
