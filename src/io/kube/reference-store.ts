import { join } from "node:path";
import { RUN_DIR } from "../../model/paths.ts";
import type { FetchResult } from "../../model/references.ts";
import { digest } from "../../unitfile/hash.ts";
import { list, readOptional, remove, writeBestEffort } from "../files.ts";

/**
 * The objects that pods refer to, as the API server returned them last: on tmpfs, mode 0600. Each run is a process of its
 * own, and with this store it does not have to request all of them again. Losing the store loses nothing else.
 */
const DIRECTORY = `${RUN_DIR}/references`;

interface StoredReference {
  readonly key: string;
  readonly fetched: FetchResult;
}

const nameOf = (key: string) => digest(key, 32);

/** Returns the stored object for a key of model/references.ts; undefined when there is none that can be read. */
export function readReference(key: string): FetchResult | undefined {
  const text = readOptional(join(DIRECTORY, nameOf(key)));
  if (text === undefined) return undefined;
  try {
    const stored = JSON.parse(text) as StoredReference;
    return stored.key === key ? stored.fetched : undefined;
  } catch {
    return undefined;
  }
}

/** Stores the result for a key. A full disk is no error. */
export function writeReference(key: string, fetched: FetchResult): void {
  const stored: StoredReference = { key, fetched };
  writeBestEffort(join(DIRECTORY, nameOf(key)), JSON.stringify(stored), 0o600);
}

/** Removes all objects but these, so that Secrets do not outlive the pods that use them. */
export function removeReferencesExcept(needed: ReadonlySet<string>): void {
  const names = new Set([...needed].map(nameOf));
  for (const name of list(DIRECTORY)) if (!names.has(name)) remove(join(DIRECTORY, name));
}
