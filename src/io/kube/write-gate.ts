import type { Log } from "../../log.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { readCached, removeCached, writeCached } from "../cache.ts";
import { exists } from "../files.ts";
import { openProblem, reportProblem } from "../problems.ts";
import { ApiError } from "./api-error.ts";
import {
  addRefusal,
  isHeld,
  isLasting,
  isRefusal,
  liveRefusals,
  type Refusal,
  type Refusals,
  reasonsOf,
  sameWords,
  wantedRefusals,
  writeKind,
} from "./refusals.ts";

const NAME = "refusals";
/** The version of the stored format. */
const FORMAT_VERSION = "1";

/** The problem of each kind of write. */
const TOPICS = {
  deletes: "pod-deletes",
  statuses: "pod-statuses",
  events: "events",
  lease: "lease",
  tokens: "tokens",
} as const;

export interface Write {
  readonly method: string;
  readonly path: string;
  /** What the write is about, where the path does not say that. */
  readonly about?: string;
}

/**
 * Holds back what the API server has refused a short time ago, longer each time, and tells each reason once. Each write is held
 * back for itself, so a refused status of a pod delays neither the lease nor another pod. The state is on tmpfs, as each run is a
 * process of its own; without it a write is sent once more.
 */
export class WriteGate {
  readonly #log: Log;
  readonly #isLast: boolean;
  #stored: Refusals | undefined;
  #changed = false;
  readonly #asked = new Set<string>();

  /** `isLast`: no run follows this one before the host goes down, so that nothing is held back. */
  constructor(log: Log, isLast = false) {
    this.#log = log;
    this.#isLast = isLast;
  }

  /** Sends a write, or a list, unless it is held back. Throws ApiError, with `isTold` where the end of the run tells it. */
  async pass<T>({ method, path, about = "" }: Write, send: () => Promise<T>): Promise<T> {
    const kind = writeKind(method, path);
    const key = [method, path, about].join(" ");
    const before = this.#refusals[key];
    this.#asked.add(key);
    if (!this.#isLast && before !== undefined && isHeld(before, Date.now())) {
      throw new ApiError(before.because, before.status, before.reason, { isTold: kind in TOPICS, isHeld: true });
    }
    try {
      const answer = await send();
      this.#put(key, undefined);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isRefusal(error, kind)) {
        this.#put(key, undefined);
        throw error;
      }
      const refusal = addRefusal(before, kind, error, Date.now());
      this.#put(key, refusal);
      const { message, status, reason, cause } = error;
      throw new ApiError(message, status, reason, { cause, isTold: kind in TOPICS && isLasting(refusal) });
    }
  }

  /**
   * Stores what was refused, and tells what has begun, changed or ended. A run calls it at its end. `isFull`: it was a full run
   * with a complete list, which has asked for every write that is wanted.
   */
  settle(isFull: boolean): void {
    this.#settle(isFull);
    this.#changed = false;
    this.#asked.clear();
  }

  #settle(isFull: boolean): void {
    if (this.#stored === undefined && !exists(`${RUN_DIR}/${NAME}.json`)) return;
    const wanted = isFull ? wantedRefusals(this.#refusals, this.#asked) : this.#refusals;
    const live = liveRefusals(wanted, Date.now());
    const isSmaller = Object.keys(live).length < Object.keys(this.#refusals).length;
    if (this.#changed || isSmaller || Object.keys(live).length === 0) this.#save(live);
    for (const kind of Object.keys(TOPICS) as (keyof typeof TOPICS)[]) {
      const [topic, because] = [TOPICS[kind], reasonsOf(live, kind)];
      const told = openProblem(topic);
      if (told === undefined || because === undefined || sameWords(told) !== sameWords(because))
        reportProblem(this.#log, topic, because);
    }
  }

  #save(live: Refusals): void {
    if (Object.keys(live).length > 0) writeCached(NAME, FORMAT_VERSION, live);
    else if (exists(`${RUN_DIR}/${NAME}.json`)) removeCached(NAME);
  }

  get #refusals(): Refusals {
    this.#stored ??= readCached<Refusals>(NAME, FORMAT_VERSION) ?? {};
    return this.#stored;
  }

  #put(key: string, refusal: Refusal | undefined): void {
    const { [key]: before, ...others } = this.#refusals;
    if (before === undefined && refusal === undefined) return;
    this.#changed = true;
    this.#stored = refusal === undefined ? others : { ...others, [key]: refusal };
  }
}
