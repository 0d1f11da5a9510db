import type { Instant } from "./api/time.ts";
import type { ContainerHistory } from "./exit-record.ts";

const INITIAL_BACK_OFF_S = 10;
const MAX_BACK_OFF_S = 300;
/** After a run of this length the next restart is immediate again. */
const RESET_AFTER_MS = 600_000;

/**
 * Returns the seconds before the start that follows the last exit: 0, 10, 20, 40 … 300
 * (`kuberuntime_manager.go: doBackOff`, v1.36). A changed container starts at 0, and so does one after a boot. The helper
 * container-start waits by the same rule; here it is only shown.
 */
export function backOffDelay({ exits, bootedAfter }: Pick<ContainerHistory, "exits" | "bootedAfter">): number {
  let delay = 0;
  let next = 0;
  for (const [i, exit] of exits.entries()) {
    const isLong = exit.finishedAt - exit.startedAt >= RESET_AFTER_MS;
    const isFresh = isLong || exit.specHash !== exits[i - 1]?.specHash || exit.invocation === bootedAfter;
    delay = isFresh ? 0 : next;
    next = delay === 0 ? INITIAL_BACK_OFF_S : Math.min(2 * delay, MAX_BACK_OFF_S);
  }
  return delay;
}

/**
 * True during the back-off after a failed start. A clock that was set back must not make it longer than the longest
 * pause.
 */
export function isBackingOff({ exits, backOffUntil = 0 }: ContainerHistory, specHash: string, now: Instant): boolean {
  const left = backOffUntil - now;
  return exits.at(-1)?.specHash === specHash && left > 0 && left <= MAX_BACK_OFF_S * 1000;
}

/** Formats seconds as Go's time.Duration.String does, below an hour. */
export function printDelay(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
