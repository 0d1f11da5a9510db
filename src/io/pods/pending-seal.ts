import { join } from "node:path";
import { podVolatile, VOLATILE } from "../../model/paths.ts";
import { isThere, namesIn, readIfThere, remove, writeWhole } from "../files.ts";

/** What could not be sealed yet, in memory only, by pod and name. */
const UNSEALED = `${VOLATILE}/unsealed`;

export function keepUnsealed(uid: string, name: string, text: string): void {
  writeWhole(join(UNSEALED, uid, name), text, 0o600);
}

export function forgetUnsealed(uid: string, name?: string): void {
  const path = join(UNSEALED, uid, name ?? "");
  if (isThere(path)) remove(path);
}

/** Gives `seal` what waits of each pod that is still there, and forgets what it took; false: nothing. Throws what `seal` throws. */
export function sealUnsealed(seal: (uid: string, name: string, text: string) => void): boolean {
  const uids = namesIn(UNSEALED);
  for (const uid of uids) {
    for (const name of isThere(podVolatile(uid))
      ? namesIn(join(UNSEALED, uid)).filter((each) => !each.startsWith("."))
      : [])
      seal(uid, name, readIfThere(join(UNSEALED, uid, name)) ?? "");
    forgetUnsealed(uid);
  }
  return uids.length > 0;
}
