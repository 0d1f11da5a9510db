import { RUN_DIR } from "../../model/paths.ts";
import { list, readOptional, remove, writeBestEffort } from "../files.ts";

/** One Event that was written since boot. */
export interface RecordedEvent {
  /** The name of the Event object. */
  readonly name: string;
  readonly count: number;
  readonly occurrence: string;
}

const path = (uid: string) => `${RUN_DIR}/events/${uid}.json`;

/**
 * The Events that were written about one object since boot, by a digest of their text. The node authorizer lets no node read
 * Events, so this file decides whether to raise the count of one. Without the file an Event is created once more, as after a
 * restart of the kubelet (client-go's `record/events_cache.go: newEventLogger`, v0.36).
 */
export class EventRecorder {
  readonly #uid: string;
  #events: Readonly<Record<string, RecordedEvent>>;

  constructor(uid: string) {
    this.#uid = uid;
    this.#events = parse(readOptional(path(uid)));
  }

  /** Returns the Event with this digest of its text; undefined when none was recorded. */
  find(key: string): RecordedEvent | undefined {
    return this.#events[key];
  }

  /** Records an Event as the newest one. A full disk is no error. */
  record(key: string, event: RecordedEvent): void {
    this.#events = recordEvent(this.#events, key, event);
    writeBestEffort(path(this.#uid), JSON.stringify(this.#events), 0o600);
  }
}

/** The number of recorded events of one object. The oldest are dropped, because messages of probes may differ each time. */
const MAX_RECORDED = 100;

/** Returns the events with this one as the newest. */
export function recordEvent(
  before: Readonly<Record<string, RecordedEvent>>,
  key: string,
  event: RecordedEvent,
): Record<string, RecordedEvent> {
  const others = Object.entries(before).filter(([other]) => other !== key);
  return Object.fromEntries([...others.slice(-(MAX_RECORDED - 1)), [key, event]]);
}

/** Removes the recorded events of one object. */
export function removeEventsOf(uid: string): void {
  remove(path(uid));
}

/** Removes the events of all objects but these, also of pods that never had a directory on this host. */
export function removeEventsExcept(uids: ReadonlySet<string>): void {
  for (const name of list(`${RUN_DIR}/events`)) {
    const uid = name.replace(/\.json$/, "");
    if (!uids.has(uid)) removeEventsOf(uid);
  }
}

function parse(text: string | undefined): Record<string, RecordedEvent> {
  try {
    return JSON.parse(text ?? "{}") as Record<string, RecordedEvent>;
  } catch {
    return {};
  }
}
