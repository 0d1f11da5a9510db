import { RUN_DIR } from "../../model/paths.ts";
import { list, readOptional, remove, writeBestEffort } from "../files.ts";

export interface RecordedEvent {
  /** Of the Event object. */
  readonly name: string;
  readonly count: number;
  readonly occurrence: string;
}

const path = (uid: string) => `${RUN_DIR}/events/${uid}.json`;

/**
 * What was told of one object since boot, by a digest of the words. A node may not read Events, so that only memory tells
 * whether to raise the count of one that is there. Losing it costs an Event too many, as a restart does a kubelet.
 */
export class EventRecorder {
  readonly #uid: string;
  #told: Readonly<Record<string, RecordedEvent>>;

  constructor(uid: string) {
    this.#uid = uid;
    this.#told = parse(readOptional(path(uid)));
  }

  recall(key: string): RecordedEvent | undefined {
    return this.#told[key];
  }

  keep(key: string, told: RecordedEvent): void {
    this.#told = recordEvent(this.#told, key, told);
    writeBestEffort(path(this.#uid), JSON.stringify(this.#told), 0o600);
  }
}

/** Words that are new each time, such as a probe's, must not fill the memory: what was told longest ago is forgotten. */
const MAX_RECORDED = 100;

export function recordEvent(
  before: Readonly<Record<string, RecordedEvent>>,
  key: string,
  told: RecordedEvent,
): Record<string, RecordedEvent> {
  const others = Object.entries(before).filter(([other]) => other !== key);
  return Object.fromEntries([...others.slice(-(MAX_RECORDED - 1)), [key, told]]);
}

export function forgetEventsOf(uid: string): void {
  remove(path(uid));
}

/** Forgets what was told of any object but these: also of pods that never had a directory here. */
export function forgetEventsExcept(uids: ReadonlySet<string>): void {
  for (const name of list(`${RUN_DIR}/events`)) {
    const uid = name.replace(/\.json$/, "");
    if (!uids.has(uid)) forgetEventsOf(uid);
  }
}

function parse(text: string | undefined): Record<string, RecordedEvent> {
  try {
    return JSON.parse(text ?? "{}") as Record<string, RecordedEvent>;
  } catch {
    return {};
  }
}
