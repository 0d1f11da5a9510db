import { expect, test } from "vitest";
import type { PodSpec } from "../../../src/model/api/pod.ts";
import { selectsNode } from "../../../src/translate/admission/selection.ts";
import { pod } from "../base.ts";

const NODE = { metadata: { name: "edge", labels: { zone: "a", disk: "ssd", cores: "8" } } };

function selects(spec: object): boolean {
  return selectsNode(pod(spec as Partial<PodSpec>), NODE);
}

function requiring(...nodeSelectorTerms: readonly object[]): object {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } };
}

const expression = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

test.for<[string, object, boolean]>([
  ["that selects nothing", {}, true],
  ["with a label that the node has", { nodeSelector: { zone: "a" } }, true],
  ["with another value of the label", { nodeSelector: { zone: "b" } }, false],
  ["with one of two labels", { nodeSelector: { zone: "a", rack: "1" } }, false],
  ["with the name of what every object has", { nodeSelector: { constructor: "Object" } }, false],
  [
    "with preferences only",
    { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } },
    true,
  ],
  ["with no term", requiring(), false],
  ["with an empty term", requiring({}), false],
  ["with one of two terms", requiring(expression("zone", "In", "b"), expression("zone", "In", "a")), true],
  [
    "with a selector against its affinity",
    { nodeSelector: { zone: "b" }, ...requiring(expression("zone", "Exists")) },
    false,
  ],
  [
    "with the node's name",
    requiring({ matchFields: [{ key: "metadata.name", operator: "In", values: ["edge"] }] }),
    true,
  ],
  [
    "with another name",
    requiring({ matchFields: [{ key: "metadata.name", operator: "NotIn", values: ["edge"] }] }),
    false,
  ],
])("a pod %s", ([, spec, expected]) => {
  expect(selects(spec)).toBe(expected);
});

test.for<[string, string, readonly string[], boolean]>([
  ["zone", "In", ["b", "a"], true],
  ["zone", "In", ["b"], false],
  ["rack", "In", ["1"], false],
  ["zone", "NotIn", ["b"], true],
  ["zone", "NotIn", ["a"], false],
  ["rack", "NotIn", ["1"], true],
  ["zone", "Exists", [], true],
  ["rack", "Exists", [], false],
  ["zone", "DoesNotExist", [], false],
  ["rack", "DoesNotExist", [], true],
  ["cores", "Gt", ["7"], true],
  ["cores", "Gt", ["8"], false],
  ["cores", "Lt", ["9"], true],
  ["cores", "Lt", ["8"], false],
  ["zone", "Gt", ["1"], false],
  ["cores", "Gt", ["few"], false],
  ["cores", "Near", ["8"], false],
])("%s %s %j", ([key, operator, values, expected]) => {
  expect(selects(requiring(expression(key, operator, ...values)))).toBe(expected);
});
