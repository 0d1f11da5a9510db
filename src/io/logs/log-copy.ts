import { ExportScanner, FIELD } from "../journal/export-scanner.ts";
import type { InstanceFilter } from "./instance-filter.ts";
import type { LogOptions } from "./log-options.ts";
import { rfc3339Nano } from "./log-time.ts";

const NEWLINE = 0x0a;
const NUL = 0;
const ID_LENGTH = 32;
const EMPTY = Buffer.alloc(0);

/** The reasons for the end of an entry within a line of the output (journald's `journald-stream.c: stdout_stream_log`, v252). */
const EOF = Buffer.from("eof");
const AT_NUL = Buffer.from("nul");

/** What of the entries is copied. `lines` is the number of lines; undefined for all. */
export type CopyOptions = Pick<LogOptions, "timestamps" | "limitBytes" | "since"> & { readonly lines?: number };

/**
 * Copies the log of one instance out of the journal export format, in the kubelet's format (cri-client's `logs.go: write`,
 * v0.36). It joins split lines. It makes no object for an entry, because a log has millions of them.
 */
export class LogCopy {
  readonly #isOwn: InstanceFilter;
  readonly #timestamps: boolean;
  readonly #sinceMicroseconds: number;
  readonly #scanner = new ExportScanner();
  /** Invocation and stream of the last entry that has both, and whether it was one of the instance. */
  readonly #lastIds = Buffer.alloc(2 * ID_LENGTH);
  #isLastOwn = false;
  #rest: Buffer = EMPTY;
  #bytesLeft: number;
  #linesLeft: number;
  #isWithin = false;
  #cursor: string | undefined;
  #lastAt = 0;
  #hasLastInvocation = false;

  constructor(isOwn: InstanceFilter, { timestamps, limitBytes, since = 0, lines }: CopyOptions) {
    this.#isOwn = isOwn;
    this.#timestamps = timestamps;
    this.#sinceMicroseconds = since * 1000;
    this.#bytesLeft = limitBytes ?? Number.POSITIVE_INFINITY;
    this.#linesLeft = lines ?? Number.POSITIVE_INFINITY;
  }

  /** True when a limit is reached. */
  get isFull(): boolean {
    return this.#bytesLeft <= 0 || this.#linesLeft <= 0;
  }

  /** True when the last line that was copied has not ended yet. */
  get isWithinLine(): boolean {
    return this.#isWithin;
  }

  /** The cursor of the last entry of the instance; undefined when there was none. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The time of that entry in microseconds since the epoch. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** True when that entry has an invocation ID. */
  get hasLastInvocation(): boolean {
    return this.#hasLastInvocation;
  }

  /** Forgets the incomplete entry of a journalctl that was ended. */
  restart(): void {
    this.#rest = EMPTY;
  }

  /** Returns what the entries that this chunk completes add to the log. */
  copy(chunk: Buffer): Buffer {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    // The fields of an entry are longer than the text that it adds.
    const out = Buffer.allocUnsafe(data.length);
    const { starts, ends } = this.#scanner;
    let [length, start, cursorStart, cursorEnd, atStart] = [0, 0, -1, -1, -1];
    while (!this.isFull) {
      const end = this.#scanner.read(data, start);
      if (end < 0) break;
      start = end;
      if (!this.#isOfInstance(data)) continue;
      atStart = starts[FIELD.at] as number;
      this.#hasLastInvocation = (starts[FIELD.invocation] as number) >= 0;
      cursorStart = starts[FIELD.cursor] as number;
      cursorEnd = ends[FIELD.cursor] as number;
      if (this.#sinceMicroseconds === 0 || this.#at(data) >= this.#sinceMicroseconds)
        length = this.#add(data, out, length);
    }
    if (cursorStart >= 0) {
      this.#cursor = data.toString("latin1", cursorStart, cursorEnd);
      this.#lastAt = Number(data.toString("latin1", atStart, data.indexOf(NEWLINE, atStart)));
    }
    this.#rest = data.subarray(start);
    return out.subarray(0, length);
  }

  /** Adds the entry to `out`, and returns the length of `out` with it. */
  #add(data: Buffer, out: Buffer, from: number): number {
    const { starts, ends } = this.#scanner;
    let length = from;
    if (this.#timestamps && !this.#isWithin) length += out.write(`${rfc3339Nano(this.#at(data))} `, length, "latin1");
    if ((starts[FIELD.message] as number) >= 0)
      length += data.copy(out, length, starts[FIELD.message], ends[FIELD.message]);
    const isWhole = (starts[FIELD.lineBreak] as number) < 0;
    if (isWhole || this.#is(data, FIELD.lineBreak, AT_NUL)) {
      out[length] = isWhole ? NEWLINE : NUL;
      length += 1;
    }
    this.#isWithin = !isWhole && !this.#is(data, FIELD.lineBreak, EOF);
    if (!this.#isWithin) this.#linesLeft -= 1;
    const within = Math.min(length - from, this.#bytesLeft);
    this.#bytesLeft -= within;
    return from + within;
  }

  #isOfInstance(data: Buffer): boolean {
    const { starts, ends } = this.#scanner;
    const [invocation, stream] = [starts[FIELD.invocation] as number, starts[FIELD.stream] as number];
    const hasBoth = invocation >= 0 && stream >= 0;
    // The filter decides alike for all entries of an invocation and a stream.
    if (hasBoth && this.#hasLastIds(data, invocation, stream)) return this.#isLastOwn;
    const isOwn = this.#isOwn({
      ...(invocation < 0 ? {} : { invocation: data.toString("latin1", invocation, ends[FIELD.invocation]) }),
      stream: stream < 0 ? "" : data.toString("latin1", stream, ends[FIELD.stream]),
      at: this.#at(data),
    });
    if (hasBoth) {
      data.copy(this.#lastIds, 0, invocation, invocation + ID_LENGTH);
      data.copy(this.#lastIds, ID_LENGTH, stream, stream + ID_LENGTH);
      this.#isLastOwn = isOwn;
    }
    return isOwn;
  }

  #hasLastIds(data: Buffer, invocation: number, stream: number): boolean {
    for (let at = 0; at < ID_LENGTH; at += 1) {
      if (data[invocation + at] !== this.#lastIds[at]) return false;
      if (data[stream + at] !== this.#lastIds[ID_LENGTH + at]) return false;
    }
    return true;
  }

  #is(data: Buffer, field: number, expected: Buffer): boolean {
    const [start, end] = [this.#scanner.starts[field] as number, this.#scanner.ends[field] as number];
    return end - start === expected.length && data.compare(expected, 0, expected.length, start, end) === 0;
  }

  /** Microseconds since the epoch. */
  #at(data: Buffer): number {
    const { starts, ends } = this.#scanner;
    return Number(data.toString("latin1", starts[FIELD.at], ends[FIELD.at]));
  }
}
