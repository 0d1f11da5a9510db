import type { Step } from "../model/step.ts";
import { type Storage, storageKey } from "../model/storage.ts";
import type { Runnable } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { mountUnitName } from "../unitfile/names.ts";

/** Returns what has to be prepared for the pod's volumes. A path within a share waits until the share is mounted. */
export function storageSteps({ pod, storage, auxiliaryUnits }: Runnable, world: World): Step[] {
  const { uid } = pod.metadata;
  const done = world.directories.get(uid)?.storage ?? new Set();
  const inactive = auxiliaryUnits.filter(({ name }) => world.units.get(name)?.state?.active !== "active");
  const isWaiting = (each: Storage) =>
    each.kind === "sub-path" && inactive.some(({ name }) => name === mountUnitName(each.root));
  const due = storage.filter((each) => !done.has(storageKey(each)) && !isWaiting(each));
  if (due.length === 0) return [];
  const because = `${due.map(storageKey).join(", ")} ${due.length === 1 ? "is" : "are"} not prepared`;
  return [{ kind: "prepare-volumes", uid, storage: due, all: storage, because }];
}
