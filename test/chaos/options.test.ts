import { expect, test } from "vitest";
import { PARTS, parseOptions } from "./options.ts";
import { Random } from "./random.ts";

test.for([
  [[], { parts: PARTS, kills: 100, pods: 2000, seed: 7 }],
  [["--pods", "200"], { parts: PARTS, kills: 100, pods: 200, seed: 7 }],
  [["--only", "soak,runs", "--kills", "5", "--seed", "1"], { parts: ["runs", "soak"], kills: 5, pods: 2000, seed: 1 }],
] as const)("the arguments %j", ([args, expected]) => {
  expect(parseOptions(args, 7)).toEqual(expected);
});

test.for([
  [["--only", "soak,walk"], "--only walk: expected some of runs,cuts,helpers,peers,soak"],
  [["--pods", "many"], "--pods many: expected a whole number"],
  [["--kills", "-1"], /--kills/],
  [["--pots", "1"], /--pots/],
] as const)("the arguments %j are wrong", ([args, message]) => {
  expect(() => parseOptions(args, 7)).toThrow(message);
});

test("random numbers are the same for the same seed, and within their limits", () => {
  const roll = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 200 }, () => random.between(3, 7));
  };
  expect(roll(1)).toEqual(roll(1));
  expect(roll(1)).not.toEqual(roll(2));
  expect([...new Set(roll(1))].toSorted()).toEqual([3, 4, 5, 6, 7]);
});
