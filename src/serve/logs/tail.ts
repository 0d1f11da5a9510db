import type { Position } from "../../io/journal/journal.ts";
import type { JournalEntry } from "./journal-export.ts";
import { endsLine } from "./log-format.ts";

/**
 * Where the last `lines` lines begin. `newestFirst` are the entries of the instance backwards, of which no more is read
 * than needed; undefined: all of them are to be shown.
 */
export async function tailPosition(
  newestFirst: AsyncIterable<readonly JournalEntry[]>,
  lines: number,
): Promise<Position | undefined> {
  let seen = 0;
  let oldest: string | undefined;
  for await (const entries of newestFirst) {
    for (const entry of entries) {
      // The very last line may still lack its end.
      if (endsLine(entry) || oldest === undefined) seen += 1;
      if (seen > lines) return oldest === undefined || lines === 0 ? { after: entry.cursor } : { at: oldest };
      oldest = entry.cursor;
    }
  }
  return undefined;
}
