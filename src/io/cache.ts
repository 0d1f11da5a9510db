import { RUN_DIR } from "../model/paths.ts";
import { ignoreMissing, readOptional, remove, writeBestEffort } from "./files.ts";

const path = (name: string) => `${RUN_DIR}/${name}.json`;

/** The value that was kept under this name for this key; undefined when there is none. A memo may be lost at any time. */
export function readCached<T>(name: string, key: string): T | undefined {
  try {
    const memo = JSON.parse(readOptional(path(name)) ?? "{}") as { key?: string; value?: T };
    return memo.key === key ? memo.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Mode 0600: a memo may hold a key. A run and what somebody has typed may keep one at the same time; then the file that one has
 * written half is the other's, too, and no longer there when it is to be put into place.
 */
export function writeCached(name: string, key: string, value: unknown): void {
  ignoreMissing(() => writeBestEffort(path(name), JSON.stringify({ key, value }), 0o600));
}

export function removeCached(name: string): void {
  remove(path(name));
}
