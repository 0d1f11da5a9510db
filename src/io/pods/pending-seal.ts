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

/** Gives `seal` what waits of each pod that is still there, and forgets what it took; false: nothing. Throws what `seal` throws. */
export function sealPending(seal: (uid: string, name: string, text: string) => void): boolean {
  const uids = list(PENDING_SEAL);
  for (const uid of uids) {
    for (const name of exists(podRunDir(uid))
      ? list(join(PENDING_SEAL, uid)).filter((each) => !each.startsWith("."))
      : [])
      seal(uid, name, readOptional(join(PENDING_SEAL, uid, name)) ?? "");
    clearPendingSeal(uid);
  }
  return uids.length > 0;
}
