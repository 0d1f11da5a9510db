import type { JournalEntry } from "./journal-export.ts";
import type { LogOptions } from "./log-options.ts";

const NEWLINE = Buffer.from("\n");
const NUL = Buffer.from("\0");
const NOTHING = Buffer.alloc(0);

/** What stood between this entry and the next one in what the process wrote. */
function separator({ lineBreak }: JournalEntry): Buffer {
  if (lineBreak === undefined) return NEWLINE;
  return lineBreak === "nul" ? NUL : NOTHING;
}

/** Whether a line of the container's output ends here: the journal cuts long ones, and at NULs. */
export function endsLine({ lineBreak }: JournalEntry): boolean {
  return lineBreak === undefined || lineBreak === "eof";
}

/** Puts lines together again, as the container wrote them, with a timestamp before each if so asked, up to a limit. */
export class LogFormat {
  readonly #timestamps: boolean;
  #left: number;
  #isWithin = false;

  constructor({ timestamps, limitBytes }: Pick<LogOptions, "timestamps" | "limitBytes">) {
    this.#timestamps = timestamps;
    this.#left = limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** True when the limit is reached. */
  get isFull(): boolean {
    return this.#left <= 0;
  }

  format(entries: readonly JournalEntry[]): Buffer {
    const parts = entries.flatMap((entry) => {
      const prefix = this.#timestamps && !this.#isWithin ? [Buffer.from(`${rfc3339Nano(entry.at)} `)] : [];
      this.#isWithin = !endsLine(entry);
      return [...prefix, entry.message, separator(entry)];
    });
    const text = Buffer.concat(parts);
    const within = text.length > this.#left ? text.subarray(0, this.#left) : text;
    this.#left -= within.length;
    return within;
  }
}

/** With all nine digits, as the kubelet writes it; the journal knows six of them. */
function rfc3339Nano(microseconds: number): string {
  const seconds = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(microseconds % 1_000_000).padStart(6, "0")}000Z`;
}
