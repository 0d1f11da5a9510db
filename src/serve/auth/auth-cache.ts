import type { Instant } from "../../model/api/time.ts";

export interface CacheEntry {
  readonly value: unknown;
  readonly from: Instant;
  readonly until: Instant;
}

/** So that strangers cannot fill the memory with their tokens. */
const MAX_ENTRIES = 1000;

/** Answers, for as long as each is good; who asks while the same question is under way waits for that one's answer. */
export class AuthCache {
  readonly #answers: Map<string, CacheEntry>;
  readonly #asking = new Map<string, Promise<unknown>>();
  readonly #clock: () => Instant;

  constructor(entries: readonly (readonly [string, CacheEntry])[], clock: () => Instant) {
    this.#answers = new Map(entries);
    this.#clock = clock;
  }

  /** `lifetime` says for how many milliseconds an answer is good. What cannot be asked is not remembered. */
  async recall<T>(key: string, ask: () => Promise<T>, lifetime: (answer: T) => number): Promise<T> {
    const known = this.#answers.get(key);
    if (known !== undefined && isFresh(known, this.#clock())) return known.value as T;
    const asked = this.#asking.get(key);
    if (asked !== undefined) return (await asked) as T;
    const question = this.#ask(key, ask, lifetime);
    this.#asking.set(key, question);
    try {
      return await question;
    } finally {
      this.#asking.delete(key);
    }
  }

  /** What is still good, to be given to the next one's constructor. */
  entries(): (readonly [string, CacheEntry])[] {
    const now = this.#clock();
    return [...this.#answers].filter(([, answer]) => isFresh(answer, now));
  }

  async #ask<T>(key: string, ask: () => Promise<T>, lifetime: (answer: T) => number): Promise<T> {
    const value = await ask();
    const from = this.#clock();
    this.#answers.delete(key);
    this.#answers.set(key, { value, from, until: from + lifetime(value) });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_ENTRIES && oldest !== undefined) this.#answers.delete(oldest);
    return value;
  }
}

/** Not before its time either: a clock that was put back would make it good for too long. */
function isFresh({ from, until }: CacheEntry, now: Instant): boolean {
  return now >= from && now < until;
}
