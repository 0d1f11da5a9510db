import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

export interface UntilOptions {
  /** What is waited for, as it should stand in the error message. */
  readonly what: string;
  /** Milliseconds, 60 s if not given. */
  readonly timeout?: number;
  /** Milliseconds, 100 if not given. */
  readonly every?: number;
  /** Asked for the rest of the error message. */
  readonly diagnose?: () => Promise<string>;
}

/**
 * Calls `probe` until it returns something true, and returns that. An error thrown by it counts as "not yet".
 * Return `[false, whatIsSeen]` for an error message that shows the last value.
 */
export async function until<T>(probe: () => Promise<T> | T, options: UntilOptions): Promise<T> {
  const { what, timeout = 60_000, every = 100, diagnose } = options;
  const end = performance.now() + timeout;
  let last: unknown;
  for (let late = false; ; await sleep(every)) {
    try {
      const value = await probe();
      last = value;
      if (Array.isArray(value) ? value[0] : value) return value;
    } catch (error) {
      last = error;
    }
    // Looks once more after the time is up: it may be this process that could not run.
    if (late) break;
    late = performance.now() >= end;
  }
  const cause = last instanceof Error ? { cause: last } : {};
  const seen = inspect(last, { depth: 6 });
  const rest = await diagnose?.().catch((error: Error) => error.message);
  throw new Error(`waited ${timeout} ms for ${what}; last seen: ${seen}${rest ? `\n${rest}` : ""}`, cause);
}
