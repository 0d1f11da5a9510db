import { expect, test } from "vitest";
import { areInForce } from "../../../src/model/host/cgroup-limits.ts";

const LIMITS = { memory: 67108864, cpu: 0.125, weight: 17, tasks: 500 };

test.for([
  ["the same", LIMITS],
  ["whole pages", { ...LIMITS, memory: 67108864 - 4095 }],
  ["no controllers", {}],
  ["a hierarchy that says shares", { memory: 67108864, cpu: 0.125, shares: 102 }],
] as const)("the kernel's are in force: %s", ([, limits]) => {
  expect(areInForce({ limits: LIMITS }, { limits })).toBe(true);
});

test.for([
  ["more memory", { ...LIMITS, memory: 67108864 + 4096 }],
  ["no limit of memory", { ...LIMITS, memory: Infinity }],
  ["another quota", { ...LIMITS, cpu: 0.126 }],
  ["another weight", { ...LIMITS, weight: 18 }],
  ["one process more", { ...LIMITS, tasks: 501 }],
] as const)("the kernel's are not in force: %s", ([, limits]) => {
  expect(areInForce({ limits: LIMITS }, { limits })).toBe(false);
});
