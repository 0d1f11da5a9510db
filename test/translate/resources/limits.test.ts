import { expect, test } from "vitest";
import { limitsOf, withoutPackageLimits } from "../../../src/translate/resources/limits.ts";

const AMOUNTS = { cpuRequest: 100, cpuLimit: 125, memoryLimit: 67108864 };
const LIMITS = { memory: 67108864, cpu: 0.125, weight: 17, swap: 0 };

test("limits are in bytes and CPUs, and a request is a weight", () => {
  expect(limitsOf(AMOUNTS, {}, { swap: 0 })).toEqual(LIMITS);
});

test("on cgroup v1 a request is shares", () => {
  expect(limitsOf(AMOUNTS, { hasCPUShares: true }, { swap: 0 })).toEqual({ memory: 67108864, cpu: 0.125, shares: 102 });
});

test("an amount of 0 is no limit", () => {
  expect(limitsOf({ ...AMOUNTS, cpuLimit: 0, memoryLimit: 0 }, {}, { swap: 0 })).toEqual({
    ...LIMITS,
    memory: Infinity,
    cpu: Infinity,
  });
});

test("the least quota of the kernel is 10 millicores", () => {
  expect(limitsOf({ ...AMOUNTS, cpuLimit: 1 }, {}, { swap: 0 })).toEqual({ ...LIMITS, cpu: 0.01 });
});

test.for([
  ["MemoryMax", "1G", { cpu: Infinity, weight: 17, swap: 0 }],
  ["CPUQuota", "50%", { memory: Infinity, weight: 17, swap: 0 }],
  ["TasksMax", "5", { memory: Infinity, cpu: Infinity, weight: 17, swap: 0 }],
] as const)("a pod without limits leaves %s= to the package's unit", ([key, value, expected]) => {
  const unlimited = { ...LIMITS, memory: Infinity, cpu: Infinity };
  expect(withoutPackageLimits(unlimited, [[key, value]])).toEqual(expected);
});

test("limits of the pod replace those of the package's unit", () => {
  expect(
    withoutPackageLimits(LIMITS, [
      ["MemoryMax", "1G"],
      ["CPUQuota", "50%"],
    ]),
  ).toEqual(LIMITS);
});
