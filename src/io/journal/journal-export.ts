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

const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const LENGTH_BYTES = 8;

/** A parser of the journal export format (https://systemd.io/JOURNAL_EXPORT_FORMATS), for chunks of any size. */
export class ExportReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Returns the entries that this chunk completes. */
  push(chunk: Buffer): JournalEntry[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const entries: JournalEntry[] = [];
    let start = 0;
    for (;;) {
      const fields = new Map<string, Buffer>();
      const end = readFields(data, start, fields);
      if (end === undefined) break;
      if (fields.size > 0) entries.push(asEntry(fields));
      start = end;
    }
    this.#rest = data.subarray(start);
    return entries;
  }
}

/** Returns where the next entry begins; undefined when this one is not complete. */
function readFields(data: Buffer, start: number, fields: Map<string, Buffer>): number | undefined {
  let at = start;
  for (;;) {
    const newline = data.indexOf(NEWLINE, at);
    if (newline < 0) return undefined;
    if (newline === at) return newline + 1;
    const equals = data.subarray(at, newline).indexOf(EQUALS);
    if (equals >= 0) {
      fields.set(data.toString("latin1", at, at + equals), data.subarray(at + equals + 1, newline));
      at = newline + 1;
      continue;
    }
    // Without "=" the value follows as bytes, after its length.
    const value = newline + 1 + LENGTH_BYTES;
    if (data.length < value) return undefined;
    const end = value + Number(data.readBigUInt64LE(newline + 1));
    if (data.length <= end) return undefined;
    fields.set(data.toString("latin1", at, newline), data.subarray(value, end));
    at = end + 1;
  }
}

function asEntry(fields: ReadonlyMap<string, Buffer>): JournalEntry {
  const text = (name: string) => fields.get(name)?.toString("latin1");
  const invocation = text("_SYSTEMD_INVOCATION_ID");
  const lineBreak = text("_LINE_BREAK");
  const unit = text("_SYSTEMD_UNIT");
  return {
    cursor: text("__CURSOR") ?? "",
    at: Number(text("__REALTIME_TIMESTAMP")),
    stream: text("_STREAM_ID") ?? "",
    ...(unit === undefined ? {} : { unit }),
    ...(invocation === undefined ? {} : { invocation }),
    ...(lineBreak === undefined ? {} : { lineBreak }),
    message: fields.get("MESSAGE") ?? Buffer.alloc(0),
  };
}
