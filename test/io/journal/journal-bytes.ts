import { zstdCompressSync } from "node:zlib";
import { keyedHash } from "../../../src/io/journal/keyed-hash.ts";

export const SEQUENCE = "0a".repeat(16);
export const BOOT = "0b".repeat(16);

export interface WrittenEntry {
  readonly sequenceNumber: number;
  /** Microseconds since the epoch. */
  readonly realtime: number;
  /** Each is NAME=TEXT. */
  readonly values: readonly string[];
}

export interface Format {
  readonly isCompact?: boolean;
  readonly sequence?: string;
  /** Values of at least so many bytes are compressed with zstd. */
  readonly compressFrom?: number;
  /** Instead of the flags for a keyed hash, zstd and the compact format. */
  readonly flags?: number;
  /** The entries in one array. */
  readonly arrayLength?: number;
}

const HEADER_BYTES = 256;
const BUCKETS = 7;
const [DATA, ENTRY, HASH_TABLE, ENTRY_ARRAY] = [1, 3, 4, 6];

interface Data {
  readonly place: number;
  readonly entries: number[];
}

/** Returns a file as journald writes it (https://systemd.io/JOURNAL_FILE_FORMAT), with hash chains and arrays of entries. */
export function journalBytes(entries: readonly WrittenEntry[], format: Format = {}): Buffer {
  const file = new Writer(format);
  for (const entry of entries) file.addEntry(entry);
  return file.finish();
}

class Writer {
  readonly #format: Format;
  readonly #bytes = Buffer.alloc(1024 * 1024);
  readonly #fileId = Buffer.alloc(16, 7);
  readonly #known = new Map<string, Data>();
  readonly #table: number;
  #end = HEADER_BYTES;

  constructor(format: Format) {
    this.#format = format;
    this.#table = this.#addObject(HASH_TABLE, 16 + 16 * BUCKETS) + 16;
  }

  addEntry({ sequenceNumber, realtime, values }: WrittenEntry): void {
    const items = values.map((value) => this.#dataOf(value)).toSorted((one, other) => one.place - other.place);
    const width = this.#format.isCompact ? 4 : 16;
    const place = this.#addObject(ENTRY, 64 + items.length * width);
    this.#set(place + 16, sequenceNumber);
    this.#set(place + 24, realtime);
    this.#set(place + 32, realtime - 1000);
    Buffer.from(BOOT, "hex").copy(this.#bytes, place + 40);
    this.#set(place + 56, 0xabc);
    items.forEach((data, at) => {
      this.#setPlace(place + 64 + at * width, data.place);
      data.entries.push(place);
    });
  }

  finish(): Buffer {
    const { isCompact, flags = 4 + 8 + (isCompact ? 16 : 0), sequence = SEQUENCE } = this.#format;
    for (const data of this.#known.values()) this.#addArrays(data);
    this.#bytes.write("LPKSHHRH", 0, "latin1");
    this.#bytes.writeUInt32LE(flags, 12);
    this.#fileId.copy(this.#bytes, 24);
    Buffer.from(sequence, "hex").copy(this.#bytes, 72);
    this.#set(104, this.#table);
    this.#set(112, 16 * BUCKETS);
    return this.#bytes.subarray(0, this.#end);
  }

  #dataOf(value: string): Data {
    const before = this.#known.get(value);
    if (before !== undefined) return before;
    const { isCompact, compressFrom = 512 } = this.#format;
    const plain = Buffer.from(value, "latin1");
    const isCompressed = plain.length >= compressFrom;
    const payload = isCompressed ? zstdCompressSync(plain) : plain;
    const head = isCompact ? 72 : 64;
    const place = this.#addObject(DATA, head + payload.length);
    if (isCompressed) this.#bytes[place + 1] = 4;
    payload.copy(this.#bytes, place + head);
    const hash = keyedHash(this.#fileId, plain);
    this.#set(place + 16, hash);
    let link = this.#table + Number(hash % BigInt(BUCKETS)) * 16;
    for (let next = this.#get(link); next !== 0; next = this.#get(link)) link = next + 24;
    this.#set(link, place);
    const data = { place, entries: [] };
    this.#known.set(value, data);
    return data;
  }

  #addArrays({ place, entries: [first = 0, ...others] }: Data): void {
    const { isCompact, arrayLength = 2 } = this.#format;
    const width = isCompact ? 4 : 8;
    this.#set(place + 40, first);
    this.#set(place + 56, others.length + 1);
    let link = place + 48;
    for (let at = 0; at < others.length; at += arrayLength) {
      // The last array has room for an entry that does not exist yet.
      const room = at + arrayLength < others.length ? 0 : 1;
      const array = this.#addObject(ENTRY_ARRAY, 24 + (arrayLength + room) * width);
      this.#set(link, array);
      for (const [index, each] of others.slice(at, at + arrayLength).entries())
        this.#setPlace(array + 24 + index * width, each);
      link = array + 16;
    }
  }

  #addObject(type: number, size: number): number {
    const place = this.#end;
    this.#bytes[place] = type;
    this.#set(place + 8, size);
    this.#end += Math.ceil(size / 8) * 8;
    return place;
  }

  #get(place: number): number {
    return Number(this.#bytes.readBigUInt64LE(place));
  }

  #set(place: number, value: number | bigint): void {
    this.#bytes.writeBigUInt64LE(BigInt(value), place);
  }

  #setPlace(at: number, value: number): void {
    if (this.#format.isCompact) this.#bytes.writeUInt32LE(value, at);
    else this.#set(at, value);
  }
}
