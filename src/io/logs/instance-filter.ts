import type { JournalEntry } from "../journal/journal-export.ts";
import type { Instance } from "./instance.ts";

/** The tolerance for times of entries: journald may store output after the end of an instance, and the clock may be set. */
export const CLOCK_TOLERANCE_MS = 1000;

/** True for an entry of the instance. */
export type InstanceFilter = (entry: Pick<JournalEntry, "invocation" | "stream" | "at">) => boolean;

/**
 * Returns a filter for the entries of one instance of a unit, without those of other instances or of another pod. Entries of a
 * process that ended at once lack the invocation ID. Their stream, which belongs to one start, and their time decide. `own` has
 * streams of the instance, and gets those of its entries.
 */
export function instanceFilter({ invocation, from, next }: Instance, own = new Set<string>()): InstanceFilter {
  const others = new Set<string>();
  return (entry) => {
    if (entry.invocation !== undefined) {
      const isOwn = entry.invocation === invocation;
      (isOwn ? own : others).add(entry.stream);
      return isOwn;
    }
    if (own.has(entry.stream)) return true;
    const at = entry.at / 1000;
    return !others.has(entry.stream) && at >= from - CLOCK_TOLERANCE_MS / 10 && (next === undefined || at < next);
  };
}
