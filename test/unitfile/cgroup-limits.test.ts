import { expect, test } from "vitest";
import { areInForce, limitsOf } from "../../src/unitfile/cgroup-limits.ts";

const TEXT = "[Service]\nCPUWeight=17\nCPUQuota=12.5%\nMemoryMax=67108864\nMemorySwapMax=0\n";
const LIMITS = { memory: 67108864, cpu: 0.125, weight: 17 };

test("the lines of a unit are limits in bytes and CPUs", () => {
  expect(limitsOf(TEXT)).toEqual(LIMITS);
});

test("without lines there is no limit", () => {
  expect(limitsOf("[Service]\nMemorySwapMax=0\n")).toEqual({ memory: Infinity, cpu: Infinity });
});

test.for([
  ["the same", LIMITS],
  ["whole pages", { ...LIMITS, memory: 67108864 - 4095 }],
  ["no controllers", {}],
  ["a hierarchy that says shares", { memory: 67108864, cpu: 0.125, shares: 102 }],
] as const)("the kernel's are in force: %s", ([, limits]) => {
  expect(areInForce(TEXT, { limits })).toBe(true);
});

test.for([
  ["more memory", { ...LIMITS, memory: 67108864 + 4096 }],
  ["no limit of memory", { ...LIMITS, memory: Infinity }],
  ["another quota", { ...LIMITS, cpu: 0.126 }],
  ["another weight", { ...LIMITS, weight: 18 }],
] as const)("the kernel's are not in force: %s", ([, limits]) => {
  expect(areInForce(TEXT, { limits })).toBe(false);
});
