import { expect, test } from "vitest";
import type { PodSpec } from "../../../src/model/api/pod.ts";
import { toleratesTaints } from "../../../src/translate/admission/toleration.ts";
import { pod } from "../base.ts";

const TAINT = { key: "repair", value: "disk", effect: "NoExecute" };

function tolerates(...tolerations: readonly object[]): boolean {
  return toleratesTaints(pod({ tolerations } as Partial<PodSpec>), [TAINT]);
}

test.for<[string, object, boolean]>([
  ["the same key and value", { key: "repair", value: "disk" }, true],
  ["the same with its effect", { key: "repair", operator: "Equal", value: "disk", effect: "NoExecute" }, true],
  ["another value", { key: "repair", value: "fan" }, false],
  ["another key", { key: "upgrade", value: "disk" }, false],
  ["another effect", { key: "repair", value: "disk", effect: "NoSchedule" }, false],
  ["any value", { key: "repair", operator: "Exists" }, true],
  ["everything", { operator: "Exists" }, true],
  ["an operator of later times", { key: "repair", operator: "Gt", value: "disk" }, false],
])("a toleration of %s", ([, toleration, expected]) => {
  expect(tolerates(toleration)).toBe(expected);
});

test("a pod that tolerates nothing may not run beside it", () => {
  expect(tolerates()).toBe(false);
});

test("one of two tolerations is enough", () => {
  expect(tolerates({ key: "upgrade", operator: "Exists" }, { key: "repair", operator: "Exists" })).toBe(true);
});

test("what only keeps the scheduler away is no matter here", () => {
  expect(toleratesTaints(pod(), [{ key: "repair", effect: "NoSchedule" }])).toBe(true);
});
