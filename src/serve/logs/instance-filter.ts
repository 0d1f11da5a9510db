import type { Instance } from "./instance.ts";
import type { JournalEntry } from "./journal-export.ts";

/** journald may take in the last words of an instance a little after its end, and a clock may have been set. */
export const CLOCK_TOLERANCE_MS = 1000;

/**
 * Tells the entries of one instance from those of others of the same unit: earlier ones, later ones, another pod's. The
 * journal does not know the invocation of what a short process wrote just before its end; then the stream, of which each
 * start has its own, and the time tell.
 */
export function instanceFilter({ invocation, from, next }: Instance): (entry: JournalEntry) => boolean {
  const own = new Set<string>();
  const foreign = new Set<string>();
  return (entry) => {
    if (entry.invocation !== undefined) {
      const isOwn = entry.invocation === invocation;
      (isOwn ? own : foreign).add(entry.stream);
      return isOwn;
    }
    if (own.has(entry.stream)) return true;
    const at = entry.at / 1000;
    return !foreign.has(entry.stream) && at >= from - CLOCK_TOLERANCE_MS / 10 && (next === undefined || at < next);
  };
}
