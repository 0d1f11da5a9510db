import type { PodEvent } from "../model/api/event.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Step } from "../model/step.ts";
import { type ClaimStorage, storageKey } from "../model/storage.ts";
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
  const made = due.find((each) => each.kind === "claim");
  const event = made && claimEvent(pod, made);
  return [{ kind: "prepare-volumes", uid, storage: due, all: storage, because, ...(event && { event }) }];
}

/** Tells once what a claim does not get: no later run makes its directory. */
function claimEvent(pod: Pod, { claim, path, lacks }: ClaimStorage): PodEvent {
  const words = lacks === undefined ? "" : `. ${lacks}`;
  const message = `claim ${claim} is the directory ${path} of this node${words}`;
  return { pod, type: "Normal", reason: "ProvisioningSucceeded", message, occurrence: path };
}
