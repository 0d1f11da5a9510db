import { VOLATILE } from "../model/paths.ts";
import { namesIn, readIfThere, remove, writeWhole } from "./files.ts";

export interface Told {
  /** Of the Event object. */
  readonly name: string;
  readonly count: number;
  readonly occurrence: string;
}

const path = (uid: string) => `${VOLATILE}/events/${uid}.json`;

/**
 * What was told of one object since boot, by a digest of the words. A node may not read Events, so that only memory tells
 * whether to raise the count of one that is there. Losing it costs an Event too many, as a restart does a kubelet.
 */
export class EventMemory {
  readonly #uid: string;
  readonly #told: Record<string, Told>;

  constructor(uid: string) {
    this.#uid = uid;
    this.#told = parse(readIfThere(path(uid)));
  }

  recall(key: string): Told | undefined {
    return this.#told[key];
  }

  keep(key: string, told: Told): void {
    this.#told[key] = told;
    writeWhole(path(this.#uid), JSON.stringify(this.#told), 0o600);
  }
}

export function forgetEvents(uid: string): void {
  remove(path(uid));
}

/** Forgets what was told of any object but these: also of pods that never had a directory here. */
export function forgetEventsBut(uids: ReadonlySet<string>): void {
  for (const name of namesIn(`${VOLATILE}/events`)) {
    const uid = name.replace(/\.json$/, "");
    if (!uids.has(uid)) forgetEvents(uid);
  }
}

function parse(text: string | undefined): Record<string, Told> {
  try {
    return JSON.parse(text ?? "{}") as Record<string, Told>;
  } catch {
    return {};
  }
}
