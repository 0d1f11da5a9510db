import { expect, test } from "vitest";
import { nodeSliceSteps } from "../../src/diff/node-slices.ts";
import type { NodeSliceState } from "../../src/model/host/node-slices.ts";
import { pod } from "../translate/base.ts";
import { bare } from "./base.ts";

const WANTED = { weight: 157, memory: 1000 * 4096, tasks: 30_000 };

function limitsSet(actual: NodeSliceState | undefined) {
  const nodeSlices = new Map(actual ? [["unitlet.slice", actual] as const] : []);
  return nodeSliceSteps({ ...bare(pod()), nodeSlices }, new Map([["unitlet.slice", WANTED]])).map((step) =>
    step.kind === "set-limits" ? step.limits : step.kind,
  );
}

test("a slice with the limits is left alone", () => {
  expect(limitsSet({ limits: WANTED })).toEqual([]);
});

test("a slice that systemd has not started is left alone", () => {
  expect(limitsSet(undefined)).toEqual([]);
});

test("other limits in the kernel are replaced", () => {
  expect(limitsSet({ limits: { weight: 100, memory: Infinity, tasks: Infinity }, workingSet: 4096 })).toEqual([WANTED]);
});

test("a limit below what is in use waits, because it would kill what runs", () => {
  const limits = { weight: 100, memory: Infinity };
  expect(limitsSet({ limits, workingSet: WANTED.memory })).toEqual([{ weight: 157, tasks: 30_000 }]);
});

test("a limit that leaves pods no process more waits, because their helpers could not run", () => {
  const limits = { weight: 100, memory: WANTED.memory, tasks: Infinity };
  expect(limitsSet({ limits, tasks: 30_000 })).toEqual([{ weight: 157, memory: WANTED.memory }]);
});
