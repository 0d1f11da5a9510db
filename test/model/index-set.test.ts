import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  countCommon,
  countIndexes,
  formatIndexes,
  hasIndex,
  type IndexSet,
  parseIndexes,
  withIndex,
} from "../../src/model/index-set.ts";
import { forAll } from "../support/fuzz.ts";

const numbers = fc.array(fc.nat({ max: 30 }));
const setOf = (all: readonly number[]) => all.reduce<IndexSet>(withIndex, []);

test.each(["", "0", "0-2", "0-2,5", "1,3,5-7", "0-9999999999"])("%j is read and written as it is", (text) => {
  expect(formatIndexes(parseIndexes(text) ?? [])).toBe(text);
});

test.each(["a", "-1", "2-1", "1,0", "1,,2", "0-2,2", "0,", " 1", "99999999999"])("%j is no set", (text) => {
  expect(parseIndexes(text)).toBeUndefined();
});

test("a set has the numbers that were added, in few intervals", () => {
  forAll(numbers, (all) => {
    const [set, unique] = [setOf(all), new Set(all)];
    expect(countIndexes(set)).toBe(unique.size);
    for (let index = 0; index <= 31; index++) expect(hasIndex(set, index)).toBe(unique.has(index));
    expect(parseIndexes(formatIndexes(set))).toEqual(set);
    for (const [at, [first]] of set.entries()) if (at > 0) expect(first).toBeGreaterThan((set[at - 1]?.[1] ?? 0) + 1);
  });
});

test("numbers of both sets are counted", () => {
  forAll(fc.tuple(numbers, numbers), ([one, other]) => {
    const common = new Set(one.filter((each) => other.includes(each)));
    expect(countCommon(setOf(one), setOf(other))).toBe(common.size);
  });
});
