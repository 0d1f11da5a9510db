import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

export interface UntilOptions {
  /** The awaited condition, for the error message. */
  readonly what: string;
  /** The timeout in milliseconds; the default is 150 s, because a computer that runs tests may stall. */
  readonly timeout?: number;
  /** The interval in milliseconds; the default is 100. */
  readonly every?: number;
  /** Returns the end of the error message. */
  readonly diagnose?: () => Promise<string>;
}

/**
 * Calls `probe` until it returns a true value, and returns that value. An error of `probe` counts as false. For an error
 * message with the last value, `probe` returns `[false, value]`. Throws after the timeout.
 */
export async function until<T>(probe: () => Promise<T> | T, options: UntilOptions): Promise<T> {
  const { what, timeout = 150_000, every = 100, diagnose } = options;
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
    // One more attempt after the time is up, because this process may have been stalled.
    if (late) break;
    late = performance.now() >= end;
  }
  const cause = last instanceof Error ? { cause: last } : {};
  const seen = inspect(last, { depth: 6 });
  const rest = await diagnose?.().catch((error: Error) => error.message);
  throw new Error(`waited ${timeout} ms for ${what}; last seen: ${seen}${rest ? `\n${rest}` : ""}`, cause);
}
