import type { ExitRecord } from "../model/exit-record.ts";

const FIRST = 10;
const LONGEST = 300;
/** A run of this length is taken for a success: the restart after it is immediate again. */
const STABLE = 600_000;

/**
 * Seconds that the kubelet waits before the start that follows the last exit: 0, 10, 20, 40 … 300. A changed container
 * starts anew. units/container-start waits by the same rule; here it only makes words.
 */
export function backOffDelay(exits: readonly ExitRecord[]): number {
  let delay = 0;
  let next = 0;
  for (const [i, exit] of exits.entries()) {
    const isFresh = exit.finishedAt - exit.startedAt >= STABLE || exit.specHash !== exits[i - 1]?.specHash;
    delay = isFresh ? 0 : next;
    next = delay === 0 ? FIRST : Math.min(2 * delay, LONGEST);
  }
  return delay;
}

/** As Go prints a time.Duration of whole seconds. */
export function printDelay(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
