import { expect, test } from "vitest";
import { document, mistakes, parsed, type Tree } from "../workloads/base.ts";

const indexed = (spec: Tree = {}, pod: Tree = {}) =>
  document("Job", { completionMode: "Indexed", completions: 3, ...spec }, pod);
const rule = (action: string, exit: Tree) =>
  document("Job", { podFailurePolicy: { rules: [{ action, onExitCodes: { operator: "In", values: [1], ...exit } }] } });

test("backoffLimitPerIndex lifts the default of backoffLimit", () => {
  expect(parsed(indexed({ backoffLimitPerIndex: 1 }))).toMatchObject({ backoffLimit: 2147483647, indexed: true });
});

test("a failure policy waits for the end of pods before others start", () => {
  expect(parsed(rule("Ignore", {}))).toMatchObject({ replacesEnded: true });
});

test.each([
  [document("Job", { completionMode: "Indexed" }), "spec.completions: is missing, and completionMode is Indexed"],
  [document("Job", { backoffLimitPerIndex: 1 }), "spec.backoffLimitPerIndex: needs completionMode: Indexed"],
  [
    document("Job", { successPolicy: { rules: [{ succeededCount: 1 }] }, completions: 2 }),
    "spec.successPolicy: needs completionMode: Indexed",
  ],
  [
    indexed({ backoffLimitPerIndex: 1 }, { restartPolicy: "OnFailure" }),
    "spec.template.spec.restartPolicy: expected Never, because of backoffLimitPerIndex",
  ],
  [indexed({ maxFailedIndexes: 1 }), "spec.backoffLimitPerIndex: is missing, and maxFailedIndexes is there"],
  [
    indexed({ maxFailedIndexes: 4, backoffLimitPerIndex: 1 }),
    "spec.maxFailedIndexes: expected at most completions, which is 3",
  ],
  [indexed({ successPolicy: { rules: [] } }), "spec.successPolicy.rules: expected at least one"],
  [
    indexed({ successPolicy: { rules: [{}] } }),
    "spec.successPolicy.rules[0]: expected succeededCount or succeededIndexes",
  ],
  [
    indexed({ successPolicy: { rules: [{ succeededIndexes: "2-3" }] } }),
    "spec.successPolicy.rules[0].succeededIndexes: expected sorted numbers below completions, such as 0-2,5",
  ],
  [
    indexed({ successPolicy: { rules: [{ succeededIndexes: "0-1", succeededCount: 3 }] } }),
    "spec.successPolicy.rules[0].succeededCount: expected at most 2, found 3",
  ],
  [indexed({ backoffLimitPerIndex: 1, template: {} }), "spec.template.spec: is missing"],
  [
    document("Job", { podFailurePolicy: { rules: [{ action: "Count" }] }, template: {} }),
    "spec.template.spec: is missing",
  ],
  [rule("FailIndex", {}), "spec.podFailurePolicy.rules[0].action: FailIndex needs backoffLimitPerIndex"],
  [
    rule("FailJob", { containerName: "other" }),
    'spec.podFailurePolicy.rules[0].onExitCodes.containerName: the template has no container "other"',
  ],
  [rule("FailJob", { values: [] }), "spec.podFailurePolicy.rules[0].onExitCodes.values: expected at least one"],
  [
    rule("FailJob", { values: [0] }),
    "spec.podFailurePolicy.rules[0].onExitCodes.values: cannot have 0 with the operator In",
  ],
  [
    document("Job", { podFailurePolicy: { rules: [{ action: "Count" }] } }),
    "spec.podFailurePolicy.rules[0]: expected either onExitCodes or onPodConditions",
  ],
  [
    document("Job", { podFailurePolicy: { rules: [] }, podReplacementPolicy: "TerminatingOrFailed" }),
    "spec.podReplacementPolicy: expected Failed, because of podFailurePolicy",
  ],
  [
    document("Job", { completionMode: "Indexed", completions: 3 }, {}, "web.shop"),
    /^metadata\.name: a pod would have the name web\.shop-2/,
  ],
])("refused, with the field: %#", (written, message) => {
  if (typeof message === "string") expect(mistakes(written)).toBe(message);
  else expect(mistakes(written)).toMatch(message);
});
