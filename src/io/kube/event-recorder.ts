import { VOLATILE } from "../../model/paths.ts";
import { namesIn, readIfThere, remove, writeIfRoom } from "../files.ts";

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
  #told: Readonly<Record<string, Told>>;

  constructor(uid: string) {
    this.#uid = uid;
    this.#told = parse(readIfThere(path(uid)));
  }

  recall(key: string): Told | undefined {
    return this.#told[key];
  }

  keep(key: string, told: Told): void {
    this.#told = withTold(this.#told, key, told);
    writeIfRoom(path(this.#uid), JSON.stringify(this.#told), 0o600);
  }
}

/** Words that are new each time, such as a probe's, must not fill the memory: what was told longest ago is forgotten. */
const MOST = 100;

export function withTold(before: Readonly<Record<string, Told>>, key: string, told: Told): Record<string, Told> {
  const others = Object.entries(before).filter(([other]) => other !== key);
  return Object.fromEntries([...others.slice(-(MOST - 1)), [key, told]]);
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
