import { describe, expect, test } from "vitest";
import { contain } from "../../src/run/contain.ts";

/** Doubles numbers, and throws for those that are below 0. */
function double(numbers: readonly number[]): number[] {
  const bad = numbers.find((each) => each < 0);
  if (bad !== undefined) throw new Error(`cannot double ${bad}`);
  return numbers.map((each) => 2 * each);
}

describe("what throws for one item", () => {
  test("is left out, with its error, and the others go on", async () => {
    expect(await contain([1, -2, 3, -4, 5], double)).toEqual({
      result: [2, 6, 10],
      broken: [
        { item: -2, error: new Error("cannot double -2") },
        { item: -4, error: new Error("cannot double -4") },
      ],
    });
  });

  test("may be the only item", async () => {
    expect(await contain([-1], double)).toMatchObject({ result: [], broken: [{ item: -1 }] });
  });

  test("is found in few calls", async () => {
    let calls = 0;
    const items = Array.from({ length: 128 }, (_, at) => (at === 77 ? -1 : at));
    await contain(items, (some) => {
      calls++;
      return double(some);
    });
    expect(calls).toBe(17);
  });

  test("costs one call when nothing throws", async () => {
    let calls = 0;
    await contain([1, 2, 3], () => calls++);
    expect(calls).toBe(1);
  });
});

describe("what throws for the run", () => {
  test("is thrown when no single item is the cause", async () => {
    const work = (items: readonly number[]) => double(items.length > 1 ? [-1] : items);
    await expect(contain([1, 2], work)).rejects.toThrow("cannot double -1");
  });

  test("is thrown after two calls when it has nothing to do with the items", async () => {
    let calls = 0;
    const work = () => {
      calls++;
      throw new Error("a bug");
    };
    await expect(contain([1, 2, 3, 4], work)).rejects.toThrow("a bug");
    expect(calls).toBe(2);
  });

  test("is thrown without items", async () => {
    await expect(contain([], () => double([-1]))).rejects.toThrow("cannot double -1");
  });

  test("is thrown at once when the error says so", async () => {
    let calls = 0;
    const work = () => {
      calls++;
      throw new RangeError("systemd");
    };
    await expect(contain([1, 2], work, (error) => error instanceof RangeError)).rejects.toThrow("systemd");
    expect(calls).toBe(1);
  });
});
