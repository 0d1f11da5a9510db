import { readCached, removeCached, writeCached } from "../io/cache.ts";
import type { Instant } from "../model/api/time.ts";
import { MAX_AGE_MS } from "./valid-until.ts";

/** The result of the last run that found nothing to do. A later run that sees the same digest ends early. */
export interface FastPath {
  readonly until: Instant;
  /** The version of systemd, which a run on the fast path does not ask. */
  readonly systemdVersion: string;
}

/**
 * Returns the entry for this digest, or undefined when a run must look closer. What a run does is a function of what it
 * observes, so the same digest before `until` means that there is nothing to do.
 */
export function readFastPath(digest: string, now: Instant): FastPath | undefined {
  const entry = readCached<FastPath>("fast-path", digest);
  return entry !== undefined && now < entry.until && entry.until - now <= MAX_AGE_MS ? entry : undefined;
}

/** Stores the entry in place of the last one, for runs that see this digest. */
export function saveFastPath(digest: string, entry: FastPath): void {
  writeCached("fast-path", digest, entry);
}

/** Removes the entry, so that the next run looks closer. */
export function invalidateFastPath(): void {
  removeCached("fast-path");
}
