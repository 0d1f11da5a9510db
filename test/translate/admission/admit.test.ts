import { expect, test } from "vitest";
import type { Node } from "../../../src/model/api/node.ts";
import type { Pod, PodSpec, PodStatus } from "../../../src/model/api/pod.ts";
import { admissionRejections } from "../../../src/translate/admission/admit.ts";
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
  const found = admissionRejections(pods, { config, host: HOST, ...(node ? { node } : {}) });
  return Object.fromEntries([...found].map(([uid, { reason, message }]) => [uid, { reason, message }]));
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
  const config = { ...CONFIG, systemReserved: { ...CONFIG.systemReserved, cpu: 1000 } };
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

const CRITICAL = { priority: 2_000_000_000 };
const PREEMPTED = { reason: "Preempting", message: "Preempted in order to admit critical pod" };

test("a critical pod takes the room of others", () => {
  expect(refused([named("a", "3", {}, RUNNING), named("b", "2", CRITICAL)])).toEqual({ a: PREEMPTED });
});

test("what yields makes room for no more than one", () => {
  const pods = [named("a", "3", {}, RUNNING), named("b", "3", CRITICAL), named("c", "2")];
  expect(refused(pods)).toEqual({ a: PREEMPTED, c: outOf("cpu", 2000, 3000, 4000) });
});

test("nobody yields to a critical pod that is in the wrong place", () => {
  const critical = named("b", "2", { ...CRITICAL, nodeSelector: { zone: "b" } });
  expect(refused([named("a", "3", {}, RUNNING), critical], NODE)).toEqual({ b: AFFINITY });
});

test("a critical pod that is too large for the node", () => {
  expect(refused([named("a", "3", {}, RUNNING), named("b", "5", CRITICAL)])).toEqual({
    b: {
      reason: "UnexpectedAdmissionError",
      message: expect.stringMatching(/no set of running pods found to reclaim resources: \[\(res: cpu, q: 4000\), \]$/),
    },
  });
});

function under(...types: readonly string[]): Node {
  return { ...NODE, status: { conditions: types.map((type) => ({ type, status: "True" })) } };
}

const SHORT = (what: string) => ({ reason: "Evicted", message: `The node had condition: [${what}]. ` });

test.for<[string, Pod, readonly string[], object]>([
  ["memory, a pod that asks for nothing", named("a", "0"), ["MemoryPressure"], { a: SHORT("MemoryPressure") }],
  ["memory, a pod that asks for something", named("a", "1"), ["MemoryPressure"], {}],
  ["disk", named("a", "1"), ["DiskPressure"], { a: SHORT("DiskPressure") }],
  ["both", named("a", "1"), ["MemoryPressure", "DiskPressure"], { a: SHORT("MemoryPressure DiskPressure") }],
  ["disk, a critical pod", named("a", "1", CRITICAL), ["DiskPressure"], {}],
  ["something else", named("a", "1"), ["FrequentReboots"], {}],
  [
    "memory, a pod that tolerates it",
    named("a", "0", { tolerations: [{ key: "node.kubernetes.io/memory-pressure", operator: "Exists" }] }),
    ["MemoryPressure"],
    {},
  ],
])("while the host is short of %s", ([, only, types, expected]) => {
  expect(refused([only], under(...types))).toEqual(expected);
});
