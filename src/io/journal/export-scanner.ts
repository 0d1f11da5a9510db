const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const LENGTH_BYTES = 8;

/** The fields that are read, by their places in `starts` and `ends`. */
export const FIELD = {
  cursor: 0,
  at: 1,
  message: 2,
  lineBreak: 3,
  stream: 4,
  invocation: 5,
  unit: 6,
} as const;

const NAMES: readonly Buffer[] = [
  "__CURSOR",
  "__REALTIME_TIMESTAMP",
  "MESSAGE",
  "_LINE_BREAK",
  "_STREAM_ID",
  "_SYSTEMD_INVOCATION_ID",
  "_SYSTEMD_UNIT",
].map((name) => Buffer.from(name));

/** The places of the names by their length. */
const BY_LENGTH: readonly (readonly number[])[] = Array.from({ length: 24 }, (_, length) =>
  NAMES.flatMap((name, place) => (name.length === length ? [place] : [])),
);

/**
 * A scanner of the journal export format (https://systemd.io/JOURNAL_EXPORT_FORMATS). It makes no objects: a log has millions of
 * entries.
 */
export class ExportScanner {
  /** Where the value of each field of the last entry begins; -1 for a field that the entry lacks. */
  readonly starts = new Int32Array(NAMES.length);
  readonly ends = new Int32Array(NAMES.length);
  #valueStart = 0;

  /** Reads the entry at `from`. Returns where the next one begins; -1 when this one is incomplete. */
  read(data: Buffer, from: number): number {
    this.starts.fill(-1);
    let at = from;
    for (;;) {
      const nameEnd = endOfName(data, at);
      if (nameEnd < 0) return -1;
      if (nameEnd === at && data[at] === NEWLINE) return at + 1;
      const end = this.#endOfValue(data, nameEnd);
      if (end < 0) return -1;
      const place = placeOf(data, at, nameEnd);
      if (place >= 0) {
        this.starts[place] = this.#valueStart;
        this.ends[place] = end;
      }
      at = end + 1;
    }
  }

  /** Returns where the newline after the value is, and sets where the value begins; -1 when it is incomplete. */
  #endOfValue(data: Buffer, nameEnd: number): number {
    this.#valueStart = nameEnd + 1;
    if (data[nameEnd] === EQUALS) return data.indexOf(NEWLINE, this.#valueStart);
    // Without "=" the value follows as bytes, after its length.
    this.#valueStart += LENGTH_BYTES;
    if (data.length < this.#valueStart) return -1;
    const end = this.#valueStart + Number(data.readBigUInt64LE(nameEnd + 1));
    return end < data.length ? end : -1;
  }
}

/** Returns where the name of a field ends, which is at "=" or at a newline; -1 when it is incomplete. */
function endOfName(data: Buffer, start: number): number {
  for (let at = start; at < data.length; at += 1) if (data[at] === EQUALS || data[at] === NEWLINE) return at;
  return -1;
}

function placeOf(data: Buffer, start: number, end: number): number {
  for (const place of BY_LENGTH[end - start] ?? []) if (hasBytes(data, start, NAMES[place] as Buffer)) return place;
  return -1;
}

function hasBytes(data: Buffer, start: number, expected: Buffer): boolean {
  for (let at = 0; at < expected.length; at += 1) if (data[start + at] !== expected[at]) return false;
  return true;
}
