import { isSyncRequested } from "../io/systemd/sync-trigger.ts";
import type { RunEnd } from "../model/run-end.ts";

/** No run begins later than this after the process has started: with the waits of a run, systemd does not end the process. */
const LAST_START_MS = 3000;
/** The changes of a burst come one after the other, and the statuses that a run has written come back from the watch. */
const SETTLING_MS = 15;

/**
 * True when this process is to do another run, because one is requested by now. That costs a third of a new process. After a
 * run with a failure systemd starts the next one, which begins with nothing of this process.
 */
export async function hasFollowUp({ status, outcome }: RunEnd, sinceStart: number): Promise<boolean> {
  if (status !== 0 || outcome === "incomplete" || sinceStart + SETTLING_MS > LAST_START_MS) return false;
  if (!isSyncRequested()) return false;
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  return true;
}
