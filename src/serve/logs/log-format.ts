import type { JournalEntry } from "../../io/journal/journal-export.ts";
import type { LogOptions } from "./log-options.ts";

const NEWLINE = Buffer.from("\n");
const NUL = Buffer.from("\0");
const EMPTY = Buffer.alloc(0);

/** Returns the bytes between this entry and the next one in the output of the process. */
function separator({ lineBreak }: JournalEntry): Buffer {
  if (lineBreak === undefined) return NEWLINE;
  return lineBreak === "nul" ? NUL : EMPTY;
}

/** True when a line of the output ends here. journald splits long lines, and splits at NUL bytes. */
export function endsLine({ lineBreak }: JournalEntry): boolean {
  return lineBreak === undefined || lineBreak === "eof";
}

/**
 * A formatter that joins split lines, and adds timestamps on request, up to a number of bytes (cri-client's `logs.go: write`,
 * v0.36).
 */
export class LogFormat {
  readonly #timestamps: boolean;
  #bytesLeft: number;
  #isWithin = false;

  constructor({ timestamps, limitBytes }: Pick<LogOptions, "timestamps" | "limitBytes">) {
    this.#timestamps = timestamps;
    this.#bytesLeft = limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** True when the limit is reached. */
  get isFull(): boolean {
    return this.#bytesLeft <= 0;
  }

  format(entries: readonly JournalEntry[]): Buffer {
    const parts = entries.flatMap((entry) => {
      const prefix = this.#timestamps && !this.#isWithin ? [Buffer.from(`${rfc3339Nano(entry.at)} `)] : [];
      this.#isWithin = !endsLine(entry);
      return [...prefix, entry.message, separator(entry)];
    });
    const text = Buffer.concat(parts);
    const within = text.length > this.#bytesLeft ? text.subarray(0, this.#bytesLeft) : text;
    this.#bytesLeft -= within.length;
    return within;
  }
}

/**
 * Returns an RFC 3339 timestamp with nine digits, of which the journal has six (cri-client's `logs.go: timeFormatOut`,
 * v0.36).
 */
function rfc3339Nano(microseconds: number): string {
  const seconds = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(microseconds % 1_000_000).padStart(6, "0")}000Z`;
}
