import { closeSync, openSync } from "node:fs";
import { RUN_DIR } from "../../model/paths.ts";
import { remove } from "../files.ts";

const TRIGGER_FILE = `${RUN_DIR}/sync-requested`;
const PENDING_STARTS_FILE = `${RUN_DIR}/pending-starts`;

/** First thing of a run: who rings from now on is heard by the next one. */
export function clearSyncRequest(): void {
  remove(TRIGGER_FILE);
}

/** Asks for another run right after this one. */
export function requestSync(): void {
  closeSync(openSync(TRIGGER_FILE, "w", 0o600));
}

/** Has the starts that are over from now on ring: a run does not wait for slow ones. To be called before it looks at what has become of them. */
export function triggerAfterStarts(): void {
  closeSync(openSync(PENDING_STARTS_FILE, "w", 0o600));
}

/** Every start is over: those that come are waited for by the run that asks for them. */
export function stopTriggeringAfterStarts(): void {
  remove(PENDING_STARTS_FILE);
}
