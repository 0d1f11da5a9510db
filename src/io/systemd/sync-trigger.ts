import { closeSync, openSync } from "node:fs";
import { RUN_DIR } from "../../model/paths.ts";
import { exists, remove } from "../files.ts";

export const TRIGGER_FILE = `${RUN_DIR}/sync-requested`;
const PENDING_STARTS_FILE = `${RUN_DIR}/pending-starts`;

/** True when a run is requested. */
export function isSyncRequested(): boolean {
  return exists(TRIGGER_FILE);
}

/** Removes the sync request. A run does this first, so that a request from now on starts the next run. */
export function clearSyncRequest(): void {
  remove(TRIGGER_FILE);
}

/** Requests another run right after this one. */
export function requestSync(): void {
  closeSync(openSync(TRIGGER_FILE, "w", 0o600));
}

/**
 * Lets each start that ends from now on request a run, since a run does not wait for slow starts. Called before the run
 * observes the started units.
 */
export function triggerAfterStarts(): void {
  closeSync(openSync(PENDING_STARTS_FILE, "w", 0o600));
}

/** Ends these requests when no start is pending. The run that makes a new start waits for it. */
export function stopTriggeringAfterStarts(): void {
  remove(PENDING_STARTS_FILE);
}
