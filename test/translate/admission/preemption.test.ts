import { expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import { preempted, victims } from "../../../src/translate/admission/preemption.ts";
import { container, pod } from "../base.ts";

const CRITICAL = 2_000_000_000;
const NEEDS = { pods: 0, cpu: 1000, memory: 0, ephemeralStorage: 0 };

function named(name: string, cpu: string, change: object = {}): Pod {
  const resources = cpu === "0" ? {} : { requests: { cpu } };
  return pod({ containers: [container({ resources })], ...change }, { name, uid: name });
}

function guaranteed(name: string, cpu: string): Pod {
  const amounts = { cpu, memory: "1Gi" };
  return pod({ containers: [container({ resources: { requests: amounts, limits: amounts } })] }, { name, uid: name });
}

function names(running: readonly Pod[], lack = NEEDS): readonly string[] | undefined {
  return victims(named("critical", "1", { priority: CRITICAL }), running, lack)?.map(({ metadata }) => metadata.name);
}

test("one that is large enough", () => {
  expect(names([named("a", "1")])).toEqual(["a"]);
});

test("nobody, when not all together are enough", () => {
  expect(names([named("a", "500m"), named("b", "400m")])).toBeUndefined();
});

test("no critical pod of the same importance", () => {
  expect(names([named("a", "1", { priority: CRITICAL })])).toBeUndefined();
});

test("no static pod, which is critical without a priority", () => {
  const { metadata, spec } = named("a", "1");
  const annotations = { "kubernetes.io/config.source": "file" };
  expect(names([{ metadata: { ...metadata, annotations }, spec }])).toBeUndefined();
});

test("the burstable before the guaranteed", () => {
  expect(names([guaranteed("a", "1"), named("b", "1")])).toEqual(["b"]);
});

test("the less important first", () => {
  expect(names([named("a", "1", { priority: 10 }), named("b", "1", { priority: 5 })])).toEqual(["b"]);
});

test("no one who gives nothing that is needed", () => {
  expect(names([named("a", "0"), named("b", "1")])).toEqual(["b"]);
});

test("no one who turns out to be needless", () => {
  expect(names([named("a", "100m"), named("b", "1", { priority: 5 })])).toEqual(["b"]);
});

test("anybody, where it is places that are needed", () => {
  expect(names([named("a", "0"), named("b", "1")], { ...NEEDS, pods: 1, cpu: 0 })).toEqual(["a"]);
});

test("whoever yields hears why, and has its grace period", () => {
  const yielding = named("a", "1");
  expect(preempted(yielding)).toEqual({
    kind: "rejected",
    pod: yielding,
    reason: "Preempting",
    message: "Preempted in order to admit critical pod",
    qosClass: "Burstable",
    ended: { disruption: "Pod was preempted by Kubelet to accommodate a critical pod.", immediate: false },
  });
});
