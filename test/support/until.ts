import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

export interface UntilOptions {
  /** What is waited for, as it should stand in the error message. */
  readonly what: string;
  /** Milliseconds, 30 s if not given. */
  readonly timeout?: number;
  /** Milliseconds, 100 if not given. */
  readonly every?: number;
}

/**
 * Calls `probe` until it returns something true, and returns that. An error thrown by it counts as "not yet".
 * Return `[false, whatIsSeen]` for an error message that shows the last value.
 */
export async function until<T>(probe: () => Promise<T> | T, options: UntilOptions): Promise<T> {
  const { what, timeout = 30_000, every = 100 } = options;
  const end = performance.now() + timeout;
  let last: unknown;
  do {
    try {
      const value = await probe();
      last = value;
      if (Array.isArray(value) ? value[0] : value) return value;
    } catch (error) {
      last = error;
    }
    await sleep(every);
  } while (performance.now() < end);
  const cause = last instanceof Error ? { cause: last } : {};
  throw new Error(`waited ${timeout} ms for ${what}; last seen: ${inspect(last, { depth: 6 })}`, cause);
}
