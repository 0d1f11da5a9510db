import { closeSync, constants, openSync, readSync } from "node:fs";
import { keyedHash } from "./keyed-hash.ts";

/** The flags of a file that change its format (JOURNAL_FILE_FORMAT.md). LZ4 and XZ are 1 and 2; no object needs to be compressed so. */
const KEYED_HASH = 4;
const COMPACT = 16;
const KNOWN_FLAGS = 1 | 2 | KEYED_HASH | 8 | COMPACT;

const HEADER_BYTES = 208;
const OBJECT_BYTES = 16;
const DATA = 1;
const ENTRY = 3;
/** The bytes of an entry before its values. */
export const ENTRY_BYTES = 64;
const ENTRY_ARRAY = 6;

/** The flags of an object whose payload is compressed, and of those the one for zstd. */
export const COMPRESSED = 7;
export const ZSTD = 4;

/** The largest object that is read: journald's largest field has 768 MiB, and no line of a container is near that. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** The most entries of one file, which is far above what journald's largest file can have. */
const MAX_ENTRIES = 50_000_000;

/** What is read at once, and how much of it is before the object: a message is written just before its entry. */
const WINDOW_BYTES = 1024 * 1024;
const BEFORE_BYTES = 128 * 1024;

/** A file of journald, read without mapping it. Each method throws for a file that journald would not have written so. */
export class JournalFile {
  readonly #descriptor: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly isCompact: boolean;
  #window: Buffer | undefined;
  #start = 0;
  #end = 0;

  /** Throws for a file of another format. */
  constructor(path: string) {
    this.#descriptor = openSync(path, constants.O_RDONLY);
    try {
      this.#readExactly(this.#header, 0);
      const flags = this.#header.readUInt32LE(12);
      const isKnown = this.#header.toString("latin1", 0, 8) === "LPKSHHRH" && (flags & ~KNOWN_FLAGS) === 0;
      if (!isKnown || (flags & KEYED_HASH) === 0) throw new Error(`${path}: the format is unknown`);
      this.isCompact = (flags & COMPACT) !== 0;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The sequence of numbers that the entries belong to. Files of one sequence are in the order of these numbers. */
  get sequence(): string {
    return this.#header.toString("hex", 72, 88);
  }

  /** Where the payload of a DATA object begins. */
  get dataBytes(): number {
    return this.isCompact ? 72 : 64;
  }

  /** Returns the places of the entries that have a value of `find`, oldest first. */
  entriesWith(data: Buffer): Float64Array {
    const count = number(data, 56);
    if (count > MAX_ENTRIES) throw new Error("a value of the journal is invalid");
    const places = new Float64Array(count);
    if (places.length > 0) places[0] = firstEntry(data);
    let [filled, next] = [1, number(data, 48)];
    const width = this.isCompact ? 4 : 8;
    while (next !== 0 && filled < places.length) {
      const array = this.#object(next, ENTRY_ARRAY);
      for (let at = 24; at + width <= array.length && filled < places.length; at += width) {
        const place = this.isCompact ? array.readUInt32LE(at) : number(array, at);
        if (place === 0) break;
        places[filled] = place;
        filled += 1;
      }
      const before = next;
      next = number(array, 16);
      if (next !== 0 && next <= before) throw new Error("the journal has a loop");
    }
    return places.subarray(0, Math.min(filled, places.length));
  }

  /** Returns where the bytes at `place` of the file are in `window`, which then holds at least `length` of them. */
  locate(place: number, length: number): number {
    if (place < this.#start || place + length > this.#end) {
      if (length > WINDOW_BYTES - BEFORE_BYTES) throw new Error("an object of the journal is too large");
      this.#start = Math.max(0, place - BEFORE_BYTES);
      this.#end = this.#start + readSync(this.#descriptor, this.window, 0, WINDOW_BYTES, this.#start);
      if (place + length > this.#end) throw new Error("the journal ends too early");
    }
    return place - this.#start;
  }

  /** What `locate` has read. */
  get window(): Buffer {
    this.#window ??= Buffer.allocUnsafe(WINDOW_BYTES);
    return this.#window;
  }

  /** Gives back the memory of the window. */
  release(): void {
    this.#window = undefined;
    this.#start = 0;
    this.#end = 0;
  }

  /** Returns the first bytes of the entry at a place, without the window. */
  entryHead(place: number): Buffer {
    const head = Buffer.alloc(ENTRY_BYTES);
    this.#readExactly(head, place);
    if (head[0] !== ENTRY) throw new Error("an entry of the journal is invalid");
    return head;
  }

  /** The length of what `window` holds. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** True when `window` holds the header of an object at this place. */
  holds(place: number): boolean {
    return place >= this.#start && place + this.dataBytes <= this.#end;
  }

  /** Returns a copy of a DATA object with its header. */
  data(place: number): Buffer {
    return this.#object(place, DATA);
  }

  /** Returns the DATA object of a value, which is NAME=TEXT; undefined when no entry has it. */
  find(value: Buffer): Buffer | undefined {
    const hash = keyedHash(this.#header.subarray(24, 40), value);
    const [table, bytes] = [number(this.#header, 104), number(this.#header, 112)];
    if (bytes < OBJECT_BYTES) return undefined;
    const item = Buffer.alloc(8);
    this.#readExactly(item, table + Number(hash % BigInt(Math.floor(bytes / OBJECT_BYTES))) * OBJECT_BYTES);
    const head = Buffer.alloc(32);
    for (let place = number(item, 0), tries = 0; place !== 0; tries += 1) {
      this.#readExactly(head, place);
      if (head[0] !== DATA || tries > 10_000) throw new Error("the journal has a loop, or an invalid object");
      // The values of other hashes may be large.
      const data = head.readBigUInt64LE(16) === hash ? this.data(place) : undefined;
      if (data?.subarray(this.dataBytes).equals(value)) return data;
      place = number(head, 24);
    }
    return undefined;
  }

  #object(place: number, type: number): Buffer {
    const head = Buffer.alloc(OBJECT_BYTES);
    this.#readExactly(head, place);
    const size = number(head, 8);
    if (head[0] !== type || size < 24 || size > MAX_OBJECT_BYTES)
      throw new Error("an object of the journal is invalid");
    const object = Buffer.allocUnsafe(size);
    this.#readExactly(object, place);
    return object;
  }

  #readExactly(buffer: Buffer, place: number): void {
    const length = readSync(this.#descriptor, buffer, 0, buffer.length, place);
    if (length < buffer.length) throw new Error("the journal ends too early");
  }
}

/** Returns a number of 64 bits. */
export function number(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) * 0x100000000 + bytes.readUInt32LE(at);
}

/** Returns the place of the first entry that has a value of `find`. */
export function firstEntry(data: Buffer): number {
  return number(data, 40);
}
