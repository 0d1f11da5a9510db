import type { Instant } from "../../model/api/time.ts";

/** One cached result of a review. */
export interface CacheEntry {
  readonly value: unknown;
  readonly from: Instant;
  readonly until: Instant;
}

/** The number of entries, so that clients without valid tokens cannot fill the memory. */
const MAX_ENTRIES = 1000;

/** A cache of review results until they expire. Concurrent requests for the same key share one review. */
export class AuthCache {
  readonly #entries: Map<string, CacheEntry>;
  readonly #pending = new Map<string, Promise<unknown>>();
  readonly #clock: () => Instant;

  constructor(entries: readonly (readonly [string, CacheEntry])[], clock: () => Instant) {
    this.#entries = new Map(entries);
    this.#clock = clock;
  }

  /**
   * Returns the cached or a new result. `lifetime` returns how many milliseconds a result is valid. Errors of `review` are
   * thrown and not cached.
   */
  async get<T>(key: string, review: () => Promise<T>, lifetime: (result: T) => number): Promise<T> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && isFresh(entry, this.#clock())) return entry.value as T;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return (await pending) as T;
    const result = this.#review(key, review, lifetime);
    this.#pending.set(key, result);
    try {
      return await result;
    } finally {
      this.#pending.delete(key);
    }
  }

  /** Returns the valid entries, for the constructor of the next process. */
  entries(): (readonly [string, CacheEntry])[] {
    const now = this.#clock();
    return [...this.#entries].filter(([, result]) => isFresh(result, now));
  }

  async #review<T>(key: string, review: () => Promise<T>, lifetime: (result: T) => number): Promise<T> {
    const value = await review();
    const from = this.#clock();
    this.#entries.delete(key);
    this.#entries.set(key, { value, from, until: from + lifetime(value) });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}

/**
 * True when an entry is valid. An entry from the future is not: after the clock was set back it would be valid for too long.
 */
function isFresh({ from, until }: CacheEntry, now: Instant): boolean {
  return now >= from && now < until;
}
