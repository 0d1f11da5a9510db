import { digest } from "../../unitfile/hash.ts";
import { readCached, writeCached } from "../cache.ts";
import { CREDENTIAL_RETRY_MS, decryptCredential } from "../systemd-creds.ts";

export const CREDENTIAL = "unitlet-secret";

const CACHE = "sealed-keys";
/** Changes with the form of what is cached. */
const FORMAT_VERSION = "1";

/** systemd ends a run after 20 s (unitlet-sync.service), and a TPM takes up to 1 s for each key. */
const RUN_LIMIT_MS = 5000;

/** How long this process has waited for systemd-creds, in milliseconds. */
let spentMs = 0;

interface Failure {
  /** When the next attempt is due, in milliseconds since the epoch. */
  readonly until: number;
  readonly because: string;
}

interface Known {
  readonly keys: Readonly<Record<string, string>>;
  readonly failures: Readonly<Record<string, Failure>>;
}

/** Thrown for a key that a later run opens. */
export class PendingKeyError extends Error {
  override readonly name = "PendingKeyError";
}

/** Opens the keys of sealed Secrets. */
export class SealedKeys {
  readonly #isRun: boolean;
  #before: Known | undefined;
  readonly #keys = new Map<string, string>();
  readonly #failures = new Map<string, Failure>();
  #isPending = false;

  /** With `isRun`, keys are in memory (`/run`) until a boot, and a process opens only as many as a run has time for. */
  constructor(isRun = false) {
    this.#isRun = isRun;
  }

  /** Returns a key that systemd-creds has encrypted. Throws an error with the reason. */
  open(sealed: string): Buffer {
    this.#before ??= (this.#isRun && readCached<Known>(CACHE, FORMAT_VERSION)) || { keys: {}, failures: {} };
    const name = digest(sealed, 32);
    const failure = this.#before.failures[name];
    if (failure !== undefined && !isDue(failure.until)) {
      this.#failures.set(name, failure);
      throw new Error(failure.because);
    }
    const key = this.#before.keys[name] ?? this.#decrypt(name, sealed);
    this.#keys.set(name, key);
    return Buffer.from(key, "base64");
  }

  #decrypt(name: string, sealed: string): string {
    if (!this.#hasTime()) {
      this.#isPending = true;
      throw new PendingKeyError("is not open yet: other Secrets took the time of this run. The next run opens it");
    }
    try {
      return this.#decryptTwice(Buffer.from(sealed, "base64")).toString("base64");
    } catch (error) {
      const because = (error as Error).message;
      this.#failures.set(name, { until: Date.now() + CREDENTIAL_RETRY_MS, because });
      throw error;
    }
  }

  /** A TPM may be busy after a boot. */
  #decryptTwice(sealed: Buffer): Buffer {
    try {
      return timed(() => decryptCredential(CREDENTIAL, sealed));
    } catch (error) {
      if (!this.#hasTime()) throw error;
      return timed(() => decryptCredential(CREDENTIAL, sealed));
    }
  }

  #hasTime(): boolean {
    return !this.#isRun || spentMs < RUN_LIMIT_MS;
  }

  /** Stores keys for later runs. Returns when the closed ones are due, in milliseconds since the epoch; undefined: there is none. */
  finish(): number | undefined {
    const known: Known = { keys: Object.fromEntries(this.#keys), failures: Object.fromEntries(this.#failures) };
    if (this.#isRun && this.#before !== undefined && JSON.stringify(known) !== JSON.stringify(this.#before))
      writeCached(CACHE, FORMAT_VERSION, known);
    if (this.#isPending) return 0;
    const times = [...this.#failures.values()].map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

/** True at this time and later, and after the clock was set back. */
function isDue(until: number): boolean {
  const left = until - Date.now();
  return left <= 0 || left > CREDENTIAL_RETRY_MS;
}

function timed<T>(action: () => T): T {
  const began = performance.now();
  try {
    return action();
  } finally {
    spentMs += performance.now() - began;
  }
}
