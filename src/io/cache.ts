import { RUN_DIR } from "../model/paths.ts";
import { ignoreMissing, readOptional, remove, writeBestEffort } from "./files.ts";

const path = (name: string, directory = RUN_DIR) => `${directory}/${name}.json`;

/**
 * Returns the value that was cached under this name for this key; undefined when there is none. A cache may be lost at any
 * time.
 */
export function readCached<T>(name: string, key: string, directory?: string): T | undefined {
  try {
    const cached = JSON.parse(readOptional(path(name, directory)) ?? "{}") as { key?: string; value?: T };
    return cached.key === key ? cached.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Caches a value under this name for this key, with mode 0600, since it may contain a key. A run and a command may write at
 * the same time: then one finds its temporary file already renamed, which is no error.
 */
export function writeCached(name: string, key: string, value: unknown, directory?: string): void {
  ignoreMissing(() => writeBestEffort(path(name, directory), JSON.stringify({ key, value }), 0o600));
}

/** Removes the value that was cached under this name; it need not exist. */
export function removeCached(name: string): void {
  remove(path(name));
}
