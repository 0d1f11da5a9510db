import type { Position } from "../../io/journal/journal.ts";
import type { JournalEntry } from "../../io/journal/journal-export.ts";
import { endsLine } from "./log-format.ts";

/**
 * Returns the position of the last `lines` lines; undefined when there are not more lines than that. `newestFirst` has the
 * entries of the instance, of which no more are read than needed.
 */
export async function tailPosition(
  newestFirst: AsyncIterable<readonly JournalEntry[]>,
  lines: number,
): Promise<Position | undefined> {
  let seen = 0;
  let oldest: string | undefined;
  for await (const entries of newestFirst) {
    for (const entry of entries) {
      // The last line may not have ended yet.
      if (endsLine(entry) || oldest === undefined) seen += 1;
      if (seen > lines) return oldest === undefined || lines === 0 ? { after: entry.cursor } : { at: oldest };
      oldest = entry.cursor;
    }
  }
  return undefined;
}

/** Yields the entries of the first `lines` lines, of which the last one may not have ended yet. */
export async function* firstLines(
  oldestFirst: AsyncIterable<JournalEntry[]>,
  lines: number,
): AsyncGenerator<JournalEntry[]> {
  let left = lines;
  for await (const entries of oldestFirst) {
    const last = entries.findIndex((entry) => endsLine(entry) && --left === 0);
    yield last < 0 ? entries : entries.slice(0, last + 1);
    if (last >= 0) return;
  }
}
