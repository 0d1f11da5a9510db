import { join } from "node:path";
import { podRunDir, RUN_DIR } from "../../model/paths.ts";
import { exists, list, readOptional, remove, writeAtomic } from "../files.ts";

/** The texts that could not be sealed yet, by pod and name, on tmpfs. */
const PENDING_SEAL = `${RUN_DIR}/unsealed`;

/** Stores a text that could not be sealed. */
export function markPendingSeal(uid: string, name: string, text: string): void {
  writeAtomic(join(PENDING_SEAL, uid, name), text, 0o600);
}

/** Removes one pending text of a pod, or all of them. */
export function clearPendingSeal(uid: string, name?: string): void {
  const path = join(PENDING_SEAL, uid, name ?? "");
  if (exists(path)) remove(path);
}

/** Returns the names of the pending texts of a pod. */
export function pendingSeals(uid: string): readonly string[] {
  return list(join(PENDING_SEAL, uid));
}

/** True when a pod has pending texts. */
export function hasPendingSeals(): boolean {
  return list(PENDING_SEAL).length > 0;
}

/** Calls `seal` for each pending text of the pods that still exist, and removes the text. Throws what `seal` throws. */
export function sealPending(seal: (uid: string, name: string, text: string) => void): void {
  for (const uid of list(PENDING_SEAL)) {
    for (const name of exists(podRunDir(uid))
      ? list(join(PENDING_SEAL, uid)).filter((each) => !each.startsWith("."))
      : [])
      seal(uid, name, readOptional(join(PENDING_SEAL, uid, name)) ?? "");
    clearPendingSeal(uid);
  }
}
