import type { Instance } from "./instance.ts";
import type { JournalEntry } from "./journal-export.ts";

/** journald may store the last output of an instance after its end, and the clock may have been set. */
export const CLOCK_TOLERANCE_MS = 1000;

/**
 * Returns a filter for the entries of one instance, without those of earlier or later instances of the unit or of another
 * pod's. Entries of a process that ended at once lack the invocation ID. Their stream, which each start has of its own,
 * and their time decide.
 */
export function instanceFilter({ invocation, from, next }: Instance): (entry: JournalEntry) => boolean {
  const own = new Set<string>();
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
