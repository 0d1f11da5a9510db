import type { Instant } from "../../model/api/time.ts";

/** The number of TokenReviews that one address may cause at once, and how many more each second. */
const BURST = 20;
const PER_SECOND = 2;

/** The number of addresses that are stored. The address with the oldest request is removed first. */
const MAX_ADDRESSES = 1000;

interface Bucket {
  readonly tokens: number;
  readonly at: Instant;
}

/**
 * Limits the TokenReviews for tokens without a cached answer, by a token bucket for each address. Each review is a request to
 * the API server, and a client without credentials can send any number of tokens.
 */
export class ReviewLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: () => Instant;

  constructor(clock: () => Instant) {
    this.#clock = clock;
  }

  /** Returns true when the address may cause a review now, which then counts; false when the address has to wait. */
  take(address: string): boolean {
    const now = this.#clock();
    const { tokens, at } = this.#buckets.get(address) ?? { tokens: BURST, at: now };
    const available = Math.min(BURST, tokens + (Math.max(0, now - at) / 1000) * PER_SECOND);
    this.#buckets.delete(address);
    this.#buckets.set(address, { tokens: Math.max(0, available - 1), at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
    return available >= 1;
  }
}
