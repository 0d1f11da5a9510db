import { readCached, removeCached, writeCached } from "../io/cache.ts";
import { hostFingerprint } from "../io/host/fingerprint.ts";
import { removeMarks } from "../io/unchanged-marks.ts";
import type { Instant } from "../model/api/time.ts";
import { RUN_DIR } from "../model/paths.ts";
import type { SyncInput } from "./input.ts";

const NAME = "fast-path";
export const FAST_PATH_FILE = `${RUN_DIR}/${NAME}.json`;

/**
 * Returns the digest of all that a run acts on, except the time: configuration, list and host. Units name the directory of the
 * helpers, which a package has elsewhere than install.sh.
 */
export function runDigest({ config, configKey, libDir }: DigestInput, listDigest: string): string {
  return `${configKey} ${libDir} ${listDigest} ${hostFingerprint(config)}`;
}

type DigestInput = Pick<SyncInput, "config" | "configKey" | "libDir">;

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
export function readFastPath(digest: string, { config, now }: Pick<SyncInput, "config" | "now">): FastPath | undefined {
  const entry = readCached<FastPath>(NAME, digest);
  return entry !== undefined && isCurrent(entry, now, config.syncFrequency) ? entry : undefined;
}

/** True until the entry expires; false also after the clock was set back. `longest` is in milliseconds. */
export function isCurrent({ until }: Pick<FastPath, "until">, now: Instant, longest: number): boolean {
  return now < until && until - now <= longest;
}

/** Stores the entry in place of the last one, for runs that see this digest. */
export function saveFastPath(digest: string, entry: FastPath): void {
  writeCached(NAME, digest, entry);
}

/** Removes the entry, so that the next run looks closer. */
export function invalidateFastPath(): void {
  removeCached(NAME);
  removeMarks();
}
