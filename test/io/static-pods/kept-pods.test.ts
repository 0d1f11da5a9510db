import { expect, test } from "vitest";
import { currentPods } from "../../../src/io/static-pods/kept-pods.ts";
import type { Pod } from "../../../src/model/api/pod.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const DELETED = { deletionTimestamp: "2026-01-02T03:04:05Z", deletionGracePeriodSeconds: 7 };

function pod(name: string, uid: string, more: object = {}): Pod {
  const spec = { containers: [], terminationGracePeriodSeconds: 7 };
  return { metadata: { name, namespace: "default", uid, ...more }, spec };
}

const current = (kept: readonly Pod[], pods: readonly Pod[], isIncomplete = false) =>
  currentPods(kept, { pods, isIncomplete }, NOW);

test("the pods of the directory", () => {
  expect(current([], [pod("a", "1")])).toEqual([pod("a", "1")]);
});

test("a pod without a manifest ends with its own grace period", () => {
  expect(current([pod("a", "1")], [])).toEqual([pod("a", "1", DELETED)]);
});

test("its time stays when it ends for a while", () => {
  const ending = pod("a", "1", { deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 7 });
  expect(current([ending], [])).toEqual([ending]);
});

test("a changed manifest is another pod, which starts when the first has ended", () => {
  expect(current([pod("a", "1")], [pod("a", "2"), pod("b", "3")])).toEqual([pod("b", "3"), pod("a", "1", DELETED)]);
});

test("a manifest that comes back starts when its pod has ended", () => {
  const ending = pod("a", "1", DELETED);
  expect(current([ending], [pod("a", "1")])).toEqual([ending]);
});

test("while a file has a mistake, a pod without a manifest stays", () => {
  expect(current([pod("a", "1")], [], true)).toEqual([pod("a", "1")]);
});

test("unless another manifest has its name", () => {
  expect(current([pod("a", "1")], [pod("a", "2")], true)).toEqual([pod("a", "1", DELETED)]);
});
