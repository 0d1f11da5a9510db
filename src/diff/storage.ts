import type { Step } from "../model/step.ts";
import { storageKey } from "../model/storage.ts";
import type { Runnable } from "../model/translation.ts";
import type { World } from "../model/world.ts";

/** Returns what has to be prepared for the pod's volumes. */
export function storageSteps({ pod, storage }: Runnable, world: World): Step[] {
  const { uid } = pod.metadata;
  const done = world.directories.get(uid)?.storage ?? new Set();
  const due = storage.filter((each) => !done.has(storageKey(each)));
  const isListLost = storage.length > 0 && world.directories.get(uid)?.hasStorageList === false;
  if (due.length === 0 && !isListLost) return [];
  if (due.length === 0)
    return [{ kind: "prepare-volumes", uid, storage: [], all: storage, because: "the list of its storage was lost" }];
  const because = `${due.map(storageKey).join(", ")} ${due.length === 1 ? "is" : "are"} not prepared`;
  return [{ kind: "prepare-volumes", uid, storage: due, all: storage, because }];
}
