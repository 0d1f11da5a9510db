import { zstdDecompressSync } from "node:zlib";
import { MESSAGE, parseValue, streamOf, type Value } from "./file-values.ts";
import { COMPRESSED, ENTRY_BYTES, firstEntry, type JournalFile, number, ZSTD } from "./journal-file.ts";

const ENTRY = 3;
const DATA = 1;
/** No line is longer than journald's LineMax, 48 KiB. A container that reaches journald's sockets can write longer values. */
const MAX_UNPACKED_BYTES = 256 * 1024;

/** The most values that are stored by their place. A line that occurs again has the place of the first one. */
const MAX_KNOWN = 10_000;
const MAX_KNOWN_BYTES = 1024 * 1024;

const NEWLINE = Buffer.from("\n");
const MAX_END = 1;
const NO_MESSAGE = -1;
const TOO_LONG = -2;
/** The entries of one file that have a value, oldest first. It makes no object for an entry. */
export class FileEntries {
  readonly #file: JournalFile;
  readonly #streams: Set<string>;
  readonly #data: Buffer | undefined;
  /** Where the entries are. A large log has millions in many files, so it is read late and dropped early. */
  #places: Float64Array | undefined;
  readonly #known = new Map<number, Value>();
  #knownBytes = 0;
  /** The values of the last entry that are neither of these, in the order in which they were read. */
  readonly #others = new Float64Array(64);
  #isStdout = false;
  #end: Buffer = NEWLINE;
  #next = 0;
  #copied = -1;
  /** How many messages were compressed, each of which takes 60 µs. */
  compressed = 0;
  /** Of the current entry; Infinity after the last one. */
  sequenceNumber = Number.POSITIVE_INFINITY;
  /** Microseconds since the epoch. */
  realtime = 0;

  /** Adds the streams of the entries that are copied to `streams`. */
  constructor(file: JournalFile, value: Buffer, streams: Set<string>) {
    this.#file = file;
    this.#streams = streams;
    this.#data = file.find(value);
  }

  get isEmpty(): boolean {
    return this.#data === undefined;
  }

  get sequence(): string {
    return this.#file.sequence;
  }

  close(): void {
    this.#file.close();
  }

  /** Goes to the first entry with a greater sequence number. */
  goAfter(sequenceNumber: number): void {
    if (this.#data === undefined) return;
    const first = this.#file.entryHead(firstEntry(this.#data));
    this.#set(first, 0);
    if (this.sequenceNumber > sequenceNumber) return;
    const places = this.#file.entriesWith(this.#data);
    let [low, high] = [0, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (number(this.#file.entryHead(places[middle] as number), 16) > sequenceNumber) high = middle;
      else low = middle + 1;
    }
    this.#places = places;
    this.#goTo(low);
  }

  next(): void {
    this.#goTo(this.#next + 1);
  }

  /** True when the entry that was copied last is of standard output. */
  get isOutput(): boolean {
    return this.#isStdout;
  }

  /** Returns the cursor of the last entry of standard output (systemd's `sd-journal.c: sd_journal_get_cursor`, v252). */
  cursor(): string {
    const head = this.#file.entryHead(this.#copied);
    const hex = (from: number) => head.readBigUInt64LE(from).toString(16);
    const boot = head.toString("hex", 40, 56);
    return `s=${this.sequence};i=${hex(16)};b=${boot};m=${hex(32)};t=${hex(24)};x=${hex(56)}`;
  }

  /**
   * Copies the message of the current entry with its end to `out`. Returns the new length of `out`; -1 when the message does not
   * fit. An entry that is not of standard output adds nothing.
   */
  copy(out: Buffer, length: number): number {
    this.#places ??= this.#file.entriesWith(this.#data as Buffer);
    const { window, isCompact } = this.#file;
    const size = number(window, this.#file.locate(this.#place, ENTRY_BYTES) + 8);
    const at = this.#file.locate(this.#place, size);
    const width = isCompact ? 4 : 16;
    this.#isStdout = false;
    this.#end = NEWLINE;
    let end = -1;
    // The newest value is the last one, and its bytes are in the window.
    for (let item = at + size - width, slot = 0; item >= at + ENTRY_BYTES; item -= width, slot += 1) {
      const place = isCompact ? window.readUInt32LE(item) : number(window, item);
      // Most values are those of the entry before.
      if (this.#others[slot] === place) continue;
      const message = this.#take(place, slot, out, length);
      if (message === TOO_LONG) return -1;
      if (message >= 0) end = message;
    }
    if (!this.#isStdout) return length;
    this.#copied = this.#place;
    if (end < 0) return length;
    return end + this.#end.copy(out, end);
  }

  /** Takes one value of an entry. Returns the length of `out` with it when it is the message; NO_MESSAGE or TOO_LONG otherwise. */
  #take(place: number, slot: number, out: Buffer, length: number): number {
    let value = this.#known.get(place);
    if (value === undefined) {
      const end = this.#copyMessage(place, out, length);
      if (end !== NO_MESSAGE) return end;
      value = this.#learn(place);
    }
    if (value === "other") {
      if (slot < this.#others.length) this.#others[slot] = place;
    } else if (value === "stdout") this.#isStdout = true;
    else if ("end" in value) this.#end = value.end;
    else
      return length + value.message.length + MAX_END > out.length ? TOO_LONG : length + value.message.copy(out, length);
    return NO_MESSAGE;
  }

  /** Of the current entry. */
  get #place(): number {
    return this.#places?.[this.#next] as number;
  }

  #goTo(index: number): void {
    this.#next = index;
    this.sequenceNumber = Number.POSITIVE_INFINITY;
    if (this.#places === undefined || index >= this.#places.length) {
      this.#places = undefined;
      this.#file.release();
      return;
    }
    const { window } = this.#file;
    const at = this.#file.locate(this.#place, ENTRY_BYTES);
    if (window[at] !== ENTRY) throw new Error("an entry of the journal is invalid");
    this.#set(window, at);
  }

  #set(bytes: Buffer, at: number): void {
    this.sequenceNumber = number(bytes, at + 16);
    this.realtime = number(bytes, at + 24);
  }

  /** Copies a message that is in the window and not compressed. */
  #copyMessage(place: number, out: Buffer, length: number): number {
    const file = this.#file;
    if (!file.holds(place)) return NO_MESSAGE;
    const at = file.locate(place, file.dataBytes);
    const from = at + file.dataBytes;
    const to = at + number(file.window, at + 8);
    // The object may end after the window.
    if (to > file.available || file.window[at] !== DATA || (file.window[at + 1] ?? 0) !== 0) return NO_MESSAGE;
    for (let each = 0; each < MESSAGE.length; each += 1)
      if (file.window[from + each] !== MESSAGE[each]) return NO_MESSAGE;
    if (length + to - from + MAX_END > out.length) return TOO_LONG;
    return length + file.window.copy(out, length, from + MESSAGE.length, to);
  }

  #learn(place: number): Value {
    const object = this.#file.data(place);
    const flags = (object[1] ?? 0) & COMPRESSED;
    if (flags !== 0 && flags !== ZSTD) throw new Error("a value of the journal is not compressed with zstd");
    const stored = object.subarray(this.#file.dataBytes);
    if (flags !== 0) this.compressed += 1;
    const bytes = flags === 0 ? stored : zstdDecompressSync(stored, { maxOutputLength: MAX_UNPACKED_BYTES });
    const stream = streamOf(bytes);
    if (stream !== undefined) this.#streams.add(stream);
    const value = parseValue(bytes);
    if (this.#known.size >= MAX_KNOWN || this.#knownBytes >= MAX_KNOWN_BYTES) {
      this.#known.clear();
      this.#knownBytes = 0;
    }
    this.#known.set(place, value);
    if (typeof value === "object" && "message" in value) this.#knownBytes += bytes.length;
    return value;
  }
}
