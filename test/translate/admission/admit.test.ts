import { expect, test } from "vitest";
import type { Node } from "../../../src/model/node.ts";
import type { Pod, PodSpec, PodStatus } from "../../../src/model/pod.ts";
import { refusals } from "../../../src/translate/admission/admit.ts";
import { CONFIG, container, HOST, pod } from "../base.ts";

const RUNNING: PodStatus = { startTime: "2026-01-01T00:00:00Z" };
const NODE: Node = { metadata: { name: "edge", labels: { zone: "a" } } };

/** Of the four processors. */
function named(name: string, cpu: string, change: object = {}, status?: PodStatus): Pod {
  const spec = { containers: [container({ resources: { requests: { cpu } } })], ...change } as Partial<PodSpec>;
  const made = pod(spec, { name, uid: name, creationTimestamp: "2026-01-01T00:00:00Z" });
  return status === undefined ? made : { ...made, status };
}

function refused(pods: readonly Pod[], node?: Node, config = CONFIG): Record<string, object> {
  return Object.fromEntries(refusals(pods, { config, host: HOST, ...(node ? { node } : {}) }));
}

function outOf(resource: string, requested: number, used: number, capacity: number): object {
  return {
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

const AFFINITY = {
  reason: "NodeAffinity",
  message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
};

test("what fits is let in", () => {
  expect(refused([named("a", "3"), named("b", "1")])).toEqual({});
});

test("what does not fit beside what runs is turned away", () => {
  expect(refused([named("a", "3", {}, RUNNING), named("b", "1500m")])).toEqual({ b: outOf("cpu", 1500, 3000, 4000) });
});

test("what runs is not judged again", () => {
  expect(refused([named("a", "3", {}, RUNNING), named("b", "3", {}, RUNNING)])).toEqual({});
});

test("a pod that asks for nothing fits, however full the node is", () => {
  expect(refused([named("a", "9", {}, RUNNING), named("b", "0")])).toEqual({});
});

test("what was turned away takes no room from the next", () => {
  expect(Object.keys(refused([named("a", "5"), named("b", "4")]))).toEqual(["a"]);
});

test("the more important of two new ones is first", () => {
  expect(Object.keys(refused([named("a", "3"), named("b", "3", { priority: 1000 })]))).toEqual(["a"]);
});

test("of equals the older is first", () => {
  const newer = named("a", "3");
  const later = { ...newer, metadata: { ...newer.metadata, creationTimestamp: "2026-01-01T00:00:01Z" } };
  expect(Object.keys(refused([later, named("b", "3")]))).toEqual(["a"]);
});

test("no more pods than the node takes", () => {
  const config = { ...CONFIG, maxPods: 1 };
  expect(refused([named("a", "0", {}, RUNNING), named("b", "0")], undefined, config)).toEqual({
    b: outOf("pods", 1, 1, 1),
  });
});

test("what is kept for the host is not given away", () => {
  const config = { ...CONFIG, reservedCpu: 1000 };
  expect(refused([named("a", "3500m")], undefined, config)).toEqual({ a: outOf("cpu", 3500, 0, 3000) });
});

test("memory, without the margin of the eviction", () => {
  const resources = { requests: { memory: "8000000000" } };
  expect(refused([named("a", "0", { containers: [container({ resources })] })])).toEqual({
    a: outOf("memory", 8_000_000_000, 0, 8_000_000_000 - 100 * 1024 ** 2),
  });
});

test("another operating system", () => {
  expect(refused([named("a", "0", { os: { name: "windows" } })])).toEqual({
    a: { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" },
  });
});

test("a selector that the node's labels do not meet", () => {
  expect(refused([named("a", "0", { nodeSelector: { zone: "b" } })], NODE)).toEqual({ a: AFFINITY });
});

test("a selector, while nobody knows the labels", () => {
  expect(refused([named("a", "0", { nodeSelector: { zone: "b" } })])).toEqual({});
});

test("a taint that the pod does not tolerate", () => {
  const node: Node = { ...NODE, spec: { taints: [{ key: "repair", effect: "NoExecute" }] } };
  expect(refused([named("a", "0")], node)).toEqual({
    a: {
      reason: "TaintToleration",
      message: "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    },
  });
});

test("want of room is said before a wrong place", () => {
  expect(refused([named("a", "5", { nodeSelector: { zone: "b" } })], NODE)).toEqual({ a: outOf("cpu", 5000, 0, 4000) });
});
