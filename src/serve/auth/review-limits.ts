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
 * Bounds the TokenReviews that tokens without a cached answer cause: each one is a request to the API server, and a client
 * without credentials can send as many tokens as it likes. A token bucket for each address.
 */
export class ReviewLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: () => Instant;

  constructor(clock: () => Instant) {
    this.#clock = clock;
  }

  /** Returns false when the address has to wait. */
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
