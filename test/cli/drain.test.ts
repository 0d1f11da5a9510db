import { expect, test } from "vitest";
import { describeWaiting, isToEnd } from "../../src/cli/drain.ts";

const METADATA = { namespace: "default", name: "web", uid: "u1" };
const RUNNING = { phase: "Running" };

test("a pod that runs is ended", () => {
  expect(isToEnd({ metadata: METADATA, status: RUNNING })).toBe(true);
});

test("a pod that has ended needs no end", () => {
  expect(isToEnd({ metadata: METADATA, status: { phase: "Failed" } })).toBe(false);
});

test("but one that is deleted has to be removed", () => {
  const metadata = { ...METADATA, deletionTimestamp: "2026-01-02T03:04:05Z" };
  expect(isToEnd({ metadata, status: { phase: "Failed" } })).toBe(true);
});

test("a pod of a DaemonSet stays", () => {
  const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "web", uid: "d1" };
  expect(isToEnd({ metadata: { ...METADATA, ownerReferences: [owner] }, status: RUNNING })).toBe(false);
});

test("a mirror pod stays, because the next run would create it again", () => {
  const annotations = { "kubernetes.io/config.mirror": "u1" };
  expect(isToEnd({ metadata: { ...METADATA, annotations }, status: RUNNING })).toBe(false);
});

test("the pods that a PodDisruptionBudget holds come first, with the reason", () => {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const held = { pod: "shop/web", reason: "PodDisruptionBudget", message };
  expect(describeWaiting([{ pod: "shop/job" }, held])).toBe(
    "shop/web (PodDisruptionBudget: Cannot evict pod as it would violate the pod's disruption budget.), shop/job (ending)",
  );
});
