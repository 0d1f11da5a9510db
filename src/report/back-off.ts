import type { ContainerPast, ExitRecord } from "../model/exit-record.ts";

const FIRST = 10;
const LONGEST = 300;
/** A run of this length is taken for a success: the next restart is immediate again. */
const STABLE = 600_000;

/** Seconds that the kubelet waits before the start that follows the last exit: 0, 10, 20, 40 … 300. */
export function backOffDelay(past: Pick<ContainerPast, "exits" | "forgottenExits">): number {
  let delay = 0;
  let next = 0;
  // Records that were compacted away are older than all others: only that they raised the level is still known.
  for (let i = 0; i < Math.min(past.forgottenExits, 16); i++) next = longer(next);
  for (const exit of past.exits) {
    delay = lasted(exit) > STABLE ? 0 : next;
    next = longer(delay);
  }
  return past.exits.length === 0 ? next : delay;
}

/** As Go prints a time.Duration of whole seconds. */
export function printDelay(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

function longer(delay: number): number {
  return delay === 0 ? FIRST : Math.min(2 * delay, LONGEST);
}

function lasted(exit: ExitRecord): number {
  return exit.finishedAt - exit.startedAt;
}
