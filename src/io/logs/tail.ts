import type { Position } from "../journal/journal.ts";
import type { JournalEntry } from "../journal/journal-export.ts";

/** True when a line of the output ends here. journald splits long lines, and splits at NUL bytes. */
export function endsLine({ lineBreak }: JournalEntry): boolean {
  return lineBreak === undefined || lineBreak === "eof";
}

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
