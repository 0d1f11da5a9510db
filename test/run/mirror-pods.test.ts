import { expect, test } from "vitest";
import type { Pod } from "../../src/model/api/pod.ts";
import type { PodSource } from "../../src/ports.ts";
import { deleteTakenPods } from "../../src/run/mirror-pods.ts";

const LOG = { notice: () => undefined, warning: () => undefined, error: () => undefined };
const DELETED = { deletionTimestamp: "2026-01-02T03:04:05Z", deletionGracePeriodSeconds: 30 };

/** Returns the UIDs of the objects that are deleted, of pods with the name of a static pod. */
async function deleted(more: Partial<Pod["metadata"]>, left: readonly string[] = []): Promise<readonly string[]> {
  const pod: Pod = { metadata: { name: "web-edge", namespace: "shop", uid: "1", ...more }, spec: { containers: [] } };
  const uids: string[] = [];
  const deletePodObject = async ({ metadata }: Pod) => void uids.push(metadata.uid);
  const source = { mirrors: { taken: [pod] }, deletePodObject } as unknown as PodSource;
  await deleteTakenPods(new Set(left), { source, log: LOG });
  return uids;
}

test("the object of a deleted pod whose name a static pod has is removed", async () => {
  expect(await deleted(DELETED)).toEqual(["1"]);
});

test("that of a pod which is not deleted stays", async () => {
  expect(await deleted({})).toEqual([]);
});

test("and while something of it is left on the host", async () => {
  expect(await deleted(DELETED, ["1"])).toEqual([]);
});

test("and when only a finalizer holds it", async () => {
  expect(await deleted({ ...DELETED, deletionGracePeriodSeconds: 0, finalizers: ["example.org/a"] })).toEqual([]);
});
