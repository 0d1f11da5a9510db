import { execFileSync } from "node:child_process";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";

/** An Event that a run has logged. Equal ones are counted. */
export interface LoggedEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly first: Instant;
  readonly last: Instant;
  readonly count: number;
}

/** The lines of the journal that are read, from the newest. */
const MAX_LINES = 5000;
const MAX_BYTES = 64 * 1024 * 1024;
/** syslog's LOG_WARNING (sd-daemon(3)). */
const WARNING = 4;

/** Returns the Events of a pod that the runs of a standalone node have logged, in the order of their last times. */
export function readPodEvents({ metadata }: Pod): readonly LoggedEvent[] {
  const options = ["-q", "-u", "unitlet-sync.service", "-o", "json", "-n", String(MAX_LINES)];
  const fields = "--output-fields=MESSAGE,PRIORITY,__REALTIME_TIMESTAMP";
  try {
    const text = execFileSync("journalctl", [...options, fields], {
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
      maxBuffer: MAX_BYTES,
    });
    return eventsOf(text, namespacedName(metadata));
  } catch {
    return [];
  }
}

/** Returns the Events of the pod NAMESPACE/NAME from lines of `journalctl -o json`. */
export function eventsOf(journal: string, pod: string): readonly LoggedEvent[] {
  const events = new Map<string, LoggedEvent>();
  for (const line of journal.split("\n").filter((each) => each !== "")) {
    const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const fields = typeof entry.MESSAGE === "string" ? fieldsOf(entry.MESSAGE) : undefined;
    if (fields?.pod !== pod) continue;
    const { reason = "", message = "" } = fields;
    const at = Number(entry.__REALTIME_TIMESTAMP) / 1000;
    const type = Number(entry.PRIORITY) <= WARNING ? "Warning" : "Normal";
    const key = `${type} ${reason} ${message}`;
    const { first = at, count = 0 } = events.get(key) ?? {};
    // The last time decides about the order.
    events.delete(key);
    events.set(key, { type, reason, message, first, last: at, count: count + 1 });
  }
  return [...events.values()];
}

/** Returns the fields of a line that `log.ts` has made of an Event; undefined for another line. */
function fieldsOf(line: string): Readonly<Record<string, string>> | undefined {
  if (!line.startsWith("event ")) return undefined;
  const pairs = line.matchAll(/ (\w+)=("(?:[^"\\]|\\.)*"|\S+)/g);
  return Object.fromEntries([...pairs].map(([, key = "", value = ""]) => [key, unquoted(value)]));
}

function unquoted(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}
