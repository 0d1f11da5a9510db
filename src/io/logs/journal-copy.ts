import { type Position, readJournal } from "../journal/journal.ts";
import { type Instance, isRunning } from "./instance.ts";
import { instanceFilter } from "./instance-filter.ts";
import { LogCopy } from "./log-copy.ts";
import type { LogOptions } from "./log-options.ts";
import { copyWholeLines } from "./whole-lines.ts";

/**
 * The bytes of a log after which whole lines are copied without their fields. Before that the processes which it takes cost more
 * than it saves.
 */
const MANY_BYTES = 1024 * 1024;

/** A copy of the log of an instance from the journal, from a position on. Each read continues the one before. */
export class JournalCopy {
  readonly #instance: Instance;
  readonly #copy: LogCopy;
  readonly #signal: AbortSignal;
  /** True when the log is copied as it is, without timestamps and limits. */
  readonly #isPlain: boolean;
  #position: Position;

  constructor(instance: Instance, options: LogOptions, start: Position, signal: AbortSignal) {
    const { follow, tailLines, timestamps, limitBytes, since } = options;
    // A container may write more lines after the position of the tail is found (cri-client's `logs.go: ReadLogs`, v0.36).
    const limits = follow || tailLines === undefined ? {} : { lines: tailLines };
    this.#instance = instance;
    this.#copy = new LogCopy(instanceFilter(instance), { ...options, ...limits });
    this.#isPlain = !timestamps && limits.lines === undefined && limitBytes === undefined && since === undefined;
    this.#position = start;
    this.#signal = signal;
  }

  /** True when a limit is reached. */
  get isFull(): boolean {
    return this.#copy.isFull;
  }

  /** Yields what the entries add to the log until now, or until a limit. */
  async *read(): AsyncGenerator<Buffer> {
    let most = this.#isPlain ? MANY_BYTES : Number.POSITIVE_INFINITY;
    while (yield* this.#readEntries(most)) {
      // Where lines with parts are near each other, this gains nothing.
      most = (yield* this.#readWholeLines()) < MANY_BYTES ? 2 * most : MANY_BYTES;
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

  /** Returns the number of bytes. */
  async *#readWholeLines(): AsyncGenerator<Buffer, number> {
    const { cursor, lastAt, hasLastInvocation } = this.#copy;
    if (cursor === undefined || !hasLastInvocation) return 0;
    const now = Date.now();
    const state = { now, isOn: isRunning(this.#instance) };
    const end = yield* copyWholeLines(this.#instance, { cursor, at: lastAt }, state, this.#signal);
    this.#position = end.position;
    return end.bytes;
  }
}
