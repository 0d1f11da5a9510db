import { expect, test } from "vitest";
import type { Pod, PodStatus } from "../../src/model/api/pod.ts";
import { toMirrorPod, toStaticPod } from "../../src/model/static-pod.ts";
import { mirrorChanges } from "../../src/report/mirror-changes.ts";

const STATUS: PodStatus = { phase: "Running" };
const STATIC = toStaticPod(
  { metadata: { name: "web", namespace: "default", uid: "u1" }, spec: { containers: [] } },
  "edge",
);

function mirror(more: Partial<Pod["metadata"]> = {}, status: PodStatus = STATUS): Pod {
  const { metadata, spec } = toMirrorPod(STATIC, { name: "edge", uid: "n1" });
  return { metadata: { ...metadata, uid: "m1", ...more }, spec, status };
}

const REPORTED = [{ pod: STATIC, status: STATUS }];

test("nothing when the API server shows the pod as it is", () => {
  expect(mirrorChanges(REPORTED, [mirror()], [])).toEqual([]);
});

test("a missing mirror pod is created", () => {
  expect(mirrorChanges(REPORTED, [], [])).toEqual([{ kind: "create", pod: STATIC, status: STATUS }]);
});

test("another status is written", () => {
  const shown = mirror({}, { phase: "Pending" });
  expect(mirrorChanges(REPORTED, [shown], [])).toEqual([
    { kind: "patch", mirror: shown, patch: { metadata: { uid: "m1" }, status: { phase: "Running" } } },
  ]);
});

test("a mirror pod that was deleted is replaced", () => {
  const deleted = mirror({ deletionTimestamp: "2026-01-02T03:04:05Z" });
  expect(mirrorChanges(REPORTED, [deleted], [])).toEqual([
    { kind: "delete", mirror: deleted, because: "the static pod is still there" },
    { kind: "create", pod: STATIC, status: STATUS },
  ]);
});

test("one of another manifest is replaced", () => {
  const old = mirror({ annotations: { "kubernetes.io/config.mirror": "u0" } });
  expect(mirrorChanges(REPORTED, [old], [])).toEqual([
    { kind: "delete", mirror: old, because: "the manifest has changed" },
    { kind: "create", pod: STATIC, status: STATUS },
  ]);
});

test("one without a static pod is deleted", () => {
  expect(mirrorChanges([], [mirror()], [])).toEqual([
    { kind: "delete", mirror: mirror(), because: "this host has no static pod of this name" },
  ]);
});

test("one of a pod that this run could not look at stays", () => {
  expect(mirrorChanges([], [mirror()], [STATIC])).toEqual([]);
});

test("a static pod that ends gets no new mirror pod", () => {
  const pod = { ...STATIC, metadata: { ...STATIC.metadata, deletionTimestamp: "2026-01-02T03:04:05Z" } };
  expect(mirrorChanges([{ pod, status: STATUS }], [], [])).toEqual([]);
});

test("pods of the API server have no mirror pod", () => {
  const pod: Pod = { metadata: { name: "api", namespace: "default", uid: "a1" }, spec: { containers: [] } };
  expect(mirrorChanges([{ pod, status: STATUS }], [], [])).toEqual([]);
});
