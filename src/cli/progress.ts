import { printable } from "./output.ts";

/** The shortest time between two lines in a log, in milliseconds. */
const LOG_INTERVAL_MS = 1000;

/** Shows how far long work is: one line that changes on a terminal, at most one line a second in a log, nothing if quiet. */
export class Progress {
  readonly #isQuiet: boolean;
  readonly #stream: NodeJS.WriteStream;
  #last = "";
  #shownAt = 0;

  constructor(isQuiet: boolean, stream: NodeJS.WriteStream = process.stderr) {
    this.#isQuiet = isQuiet;
    this.#stream = stream;
  }

  show(text: string, now = Date.now()): void {
    if (this.#isQuiet || text === this.#last) return;
    const interval = this.#stream.isTTY ? 100 : LOG_INTERVAL_MS;
    if (now - this.#shownAt < interval) return;
    this.#last = text;
    this.#shownAt = now;
    const line = printable(text);
    const width = this.#stream.columns ?? 80;
    this.#stream.write(this.#stream.isTTY ? `\r${line.slice(0, width - 1)}\x1b[K` : `${line}\n`);
  }

  /** Removes the line from a terminal, before other output. */
  clear(): void {
    if (!this.#isQuiet && this.#stream.isTTY && this.#last !== "") this.#stream.write("\r\x1b[K");
    this.#last = "";
  }
}
