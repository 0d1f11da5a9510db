import { VOLATILE } from "../model/paths.ts";
import { ifThere, readIfThere, remove, writeIfRoom } from "./files.ts";

const path = (name: string) => `${VOLATILE}/${name}.json`;

/** The value that was kept under this name for this key; undefined when there is none. A memo may be lost at any time. */
export function recall<T>(name: string, key: string): T | undefined {
  try {
    const memo = JSON.parse(readIfThere(path(name)) ?? "{}") as { key?: string; value?: T };
    return memo.key === key ? memo.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Mode 0600: a memo may hold a key. A run and what somebody has typed may keep one at the same time; then the file that one has
 * written half is the other's, too, and no longer there when it is to be put into place.
 */
export function keep(name: string, key: string, value: unknown): void {
  ifThere(() => writeIfRoom(path(name), JSON.stringify({ key, value }), 0o600));
}

export function forgetMemo(name: string): void {
  remove(path(name));
}
