import type { Instant } from "../../model/api/time.ts";
import { isHostUnit } from "../../unitfile/names.ts";
import { type Position, readJournal } from "../journal/journal.ts";
import { readFiles } from "../journal/read-files.ts";
import { type Instance, isRunning } from "./instance.ts";
import { instanceFilter } from "./instance-filter.ts";
import { LogCopy } from "./log-copy.ts";
import type { LogOptions } from "./log-options.ts";
import { copyWholeLines, type Start, settledAt } from "./whole-lines.ts";

/** The bytes of the last lines after which the files of journald are read again. */
const SOME_BYTES = 128 * 1024;

/**
 * The bytes of a log after which journalctl copies whole lines without their fields, where the files cannot be read. Before that
 * the processes which it takes cost more than it saves.
 */
const MANY_BYTES = 1024 * 1024;

/** Where a read of the files begins. Without a cursor it is the first entry of the instance. */
type FilesStart = Omit<Start, "cursor"> & Partial<Start>;
const FIRST: FilesStart = { at: 0 };

/** A copy of the log of an instance from the journal, from a position on. Each read continues the one before. */
export class JournalCopy {
  readonly #instance: Instance;
  readonly #copy: LogCopy;
  readonly #signal: AbortSignal;
  /** True when the log is copied as it is, without timestamps and limits. */
  readonly #isPlain: boolean;
  /** The streams of the instance, as far as its entries are read. */
  readonly #streams = new Set<string>();
  #position: Position;
  /** False after a file that could not be read, or whose messages are compressed. */
  #hasReadableFiles = true;

  constructor(instance: Instance, options: LogOptions, start: Position, signal: AbortSignal) {
    const { follow, tailLines, timestamps, limitBytes, since } = options;
    // A container may write more lines after the position of the tail is found (cri-client's `logs.go: ReadLogs`, v0.36).
    const limits = follow || tailLines === undefined ? {} : { lines: tailLines };
    this.#instance = instance;
    this.#copy = new LogCopy(instanceFilter(instance, this.#streams), { ...options, ...limits });
    const isWhole = !timestamps && limits.lines === undefined && limitBytes === undefined && since === undefined;
    // A service of the host may write to syslog too, and those entries have another form.
    this.#isPlain = isWhole && !isHostUnit(instance.unit);
    this.#position = start;
    this.#signal = signal;
  }

  /** True when a limit is reached. */
  get isFull(): boolean {
    return this.#copy.isFull;
  }

  /** Yields what the entries add to the log until now, or until a limit. */
  async *read(): AsyncGenerator<Buffer> {
    // The first bytes come sooner without a process.
    if (this.#isPlain && "since" in this.#position) yield* this.#readFiles(FIRST);
    let most = this.#isPlain ? SOME_BYTES : Number.POSITIVE_INFINITY;
    while (yield* this.#readEntries(most)) {
      const { bytes, isDone } = yield* this.#readFiles(this.#start());
      const lines = isDone || most < MANY_BYTES ? 0 : yield* this.#readWholeLines();
      // Where lines with parts are near each other, this gains nothing.
      if (bytes + lines < MANY_BYTES) most = Math.max(2 * most, MANY_BYTES);
    }
  }

  /** Copies entries to the end, or at least `most` bytes and a whole line. Returns true when there may be more. */
  async *#readEntries(most: number): AsyncGenerator<Buffer, boolean> {
    const copy = this.#copy;
    copy.restart();
    let bytes = 0;
    for await (const chunk of readJournal({ unit: this.#instance.unit, position: this.#position }, this.#signal)) {
      const cursor = copy.cursor;
      const text = copy.copy(chunk);
      if (copy.cursor !== undefined && copy.cursor !== cursor) this.#position = { after: copy.cursor };
      if (text.length > 0) yield text;
      if (copy.isFull) return false;
      bytes += text.length;
      if (bytes >= most && !copy.isWithinLine) return true;
    }
    return false;
  }

  /** Copies entries out of the files of journald, as far as they are settled and the files can be read. */
  async *#readFiles(
    start: FilesStart | undefined,
  ): AsyncGenerator<Buffer, { readonly bytes: number; readonly isDone: boolean }> {
    const { unit, invocation } = this.#instance;
    const until = settledAt(this.#instance, this.#state());
    if (start === undefined || !this.#hasReadableFiles) return { bytes: 0, isDone: false };
    if (until <= start.at) return { bytes: 0, isDone: true };
    const after = start.cursor === undefined ? {} : { after: start.cursor };
    const end = yield* readFiles({ unit, invocation, until, ...after });
    if (end.cursor !== undefined) this.#position = { after: end.cursor };
    for (const stream of end.streams) this.#streams.add(stream);
    this.#hasReadableFiles = end.isDone;
    return end;
  }

  /** Returns the number of bytes. */
  async *#readWholeLines(): AsyncGenerator<Buffer, number> {
    const start = this.#start();
    if (start === undefined) return 0;
    const end = yield* copyWholeLines(this.#instance, start, this.#state(), this.#signal);
    this.#position = end.position;
    return end.bytes;
  }

  /** The last entry that was read. Undefined when it lacks the invocation ID, as later ones may. */
  #start(): Start | undefined {
    const { cursor, lastAt, hasLastInvocation } = this.#copy;
    if (cursor === undefined || !hasLastInvocation) return undefined;
    const { after = cursor } = this.#position as { readonly after?: string };
    return { cursor: after, at: after === cursor ? lastAt : timeOf(after) };
  }

  #state(): { readonly now: Instant; readonly isOn: boolean } {
    const now = Date.now();
    return { now, isOn: isRunning(this.#instance) };
  }
}

/** Returns the microseconds since the epoch that a cursor of `readFiles` has. */
function timeOf(cursor: string): number {
  return Number.parseInt(/;t=([0-9a-f]+)/.exec(cursor)?.[1] ?? "", 16);
}
