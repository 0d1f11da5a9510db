import { join } from "node:path";
import { podRunDir, RUN_DIR } from "../../model/paths.ts";
import { exists, list, readOptional, remove, writeAtomic } from "../files.ts";

/** What could not be sealed yet, in memory only, by pod and name. */
const PENDING_SEAL = `${RUN_DIR}/unsealed`;

export function markPendingSeal(uid: string, name: string, text: string): void {
  writeAtomic(join(PENDING_SEAL, uid, name), text, 0o600);
}

export function clearPendingSeal(uid: string, name?: string): void {
  const path = join(PENDING_SEAL, uid, name ?? "");
  if (exists(path)) remove(path);
}

export function hasPendingSeals(): boolean {
  return list(PENDING_SEAL).length > 0;
}

/** Gives `seal` what is pending of each pod that is still there, and forgets it then. Throws what `seal` throws. */
export function sealPending(seal: (uid: string, name: string, text: string) => void): void {
  for (const uid of list(PENDING_SEAL)) {
    for (const name of exists(podRunDir(uid))
      ? list(join(PENDING_SEAL, uid)).filter((each) => !each.startsWith("."))
      : [])
      seal(uid, name, readOptional(join(PENDING_SEAL, uid, name)) ?? "");
    clearPendingSeal(uid);
  }
}
