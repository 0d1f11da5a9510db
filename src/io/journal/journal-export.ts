import { ExportScanner, FIELD } from "./export-scanner.ts";

/** One entry of the journal: a line of output, or a part of one. */
export interface JournalEntry {
  readonly cursor: string;
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly stream: string;
  readonly unit?: string;
  readonly invocation?: string;
  /** The reason for the end of a line without a newline: "line-max", "nul", "eof" or "pid-change". */
  readonly lineBreak?: string;
  readonly message: Buffer;
}

const EMPTY = Buffer.alloc(0);

/** A parser of the journal export format, for chunks of any size. */
export class ExportReader {
  readonly #scanner = new ExportScanner();
  #rest: Buffer = Buffer.alloc(0);

  /** Returns the entries that this chunk completes. */
  push(chunk: Buffer): JournalEntry[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: JournalEntry[] = [];
    let start = 0;
    for (;;) {
      const end = this.#scanner.read(data, start);
      if (end < 0) break;
      // An empty line alone is no entry.
      if (end > start + 1) entries.push(entryOf(data, this.#scanner));
      start = end;
    }
    this.#rest = data.subarray(start);
    return entries;
  }
}

/** Returns the entry that a scanner has just read from `data`. */
function entryOf(data: Buffer, { starts, ends }: ExportScanner): JournalEntry {
  const text = (field: number) => {
    const start = starts[field] as number;
    return start < 0 ? undefined : data.toString("latin1", start, ends[field]);
  };
  const invocation = text(FIELD.invocation);
  const lineBreak = text(FIELD.lineBreak);
  const unit = text(FIELD.unit);
  return {
    cursor: text(FIELD.cursor) ?? "",
    at: Number(text(FIELD.at)),
    stream: text(FIELD.stream) ?? "",
    ...(unit === undefined ? {} : { unit }),
    ...(invocation === undefined ? {} : { invocation }),
    ...(lineBreak === undefined ? {} : { lineBreak }),
    message: (starts[FIELD.message] as number) < 0 ? EMPTY : data.subarray(starts[FIELD.message], ends[FIELD.message]),
  };
}
