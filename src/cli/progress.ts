import { CliError } from "./failure.ts";
import { ignoreClosedPipe, printable } from "./output.ts";

/** The shortest time between two lines of a log, or two objects of one phase, in milliseconds. */
const LOG_INTERVAL_MS = 1000;
const TERMINAL_INTERVAL_MS = 100;

/** For people, for scripts that read errors alone, or one JSON object a line. */
export type OutputMode = "text" | "quiet" | "json";

/** More keys of a JSON object, such as `name`, `done` and `total`. docs/install.md lists them. */
export type Details = Readonly<Record<string, unknown>>;

/** What a command has done: the text for people, and the keys of the JSON object. */
export interface Result {
  readonly text: string;
  readonly details?: Details;
}

export interface Streams {
  readonly out: Pick<NodeJS.WriteStream, "write" | "isTTY">;
  readonly err: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;
}

/**
 * Shows how far long work is: on a terminal one line that changes, in a log at most one line a second, on standard error. With
 * `json` it writes an object a line to standard output, and with `quiet` nothing but warnings.
 */
export class Progress {
  readonly #command: string;
  readonly #mode: OutputMode;
  readonly #streams: Streams;
  readonly #isTerminal: boolean;
  readonly #beganAt: number;
  #phase = "";
  #last = "";
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(command: string, mode: OutputMode, streams: Streams = { out: process.stdout, err: process.stderr }) {
    this.#command = command;
    this.#mode = mode;
    this.#streams = streams;
    // Such a terminal cannot rewrite a line.
    this.#isTerminal = streams.err.isTTY === true && process.env.TERM !== "dumb";
    this.#beganAt = Date.now();
  }

  /** Shows what goes on now. `phase` is a word for scripts, and does not change with the text. */
  state(phase: string, text: string, details: Details = {}, now = Date.now()): void {
    if (this.#mode === "quiet" || text === this.#last) return;
    const isLog = this.#mode === "text" && !this.#isTerminal;
    const interval = this.#mode === "text" && this.#isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
    const isNew = !isLog && phase !== this.#phase;
    if (!isNew && now - this.#shownAt < interval) return;
    [this.#phase, this.#last, this.#shownAt] = [phase, text, now];
    if (this.#mode === "json") this.#object("progress", { phase, message: text, ...details });
    else this.#line(printable(text).replaceAll("\n", " "));
  }

  /** Says what has been done. It stays on the terminal, and is never left out of a log. */
  done(phase: string, text: string, details: Details = {}): void {
    this.clear();
    if (this.#mode === "json") this.#object("progress", { phase, message: text, ...details });
    if (this.#mode === "text") this.#streams.out.write(`${printable(text)}\n`);
  }

  /** Says what an administrator should know although the command goes on. */
  warn(text: string): void {
    this.clear();
    if (this.#mode === "json") this.#object("warning", { message: text });
    else this.#streams[this.#mode === "quiet" ? "err" : "out"].write(`${printable(text)}\n`);
  }

  /** Removes the line from a terminal, before other output. */
  clear(): void {
    if (this.#mode === "text" && this.#isTerminal && this.#last !== "") this.#streams.err.write("\r\x1b[K");
    this.#last = "";
  }

  /** Returns what the command prints at its end. */
  result({ text, details = {} }: Result, exitStatus: number): string {
    this.clear();
    if (this.#mode === "quiet") return "";
    if (this.#mode === "text") return text;
    this.#object("result", {
      message: text.trimEnd(),
      status: exitStatus === 0 ? "done" : "failed",
      exitStatus,
      ...details,
    });
    return "";
  }

  #line(line: string): void {
    const { err } = this.#streams;
    err.write(this.#isTerminal ? `\r${line.slice(0, (err.columns || 80) - 1)}\x1b[K` : `${line}\n`);
  }

  #object(type: "progress" | "warning" | "result", rest: Details): void {
    const seconds = Math.round((Date.now() - this.#beganAt) / 100) / 10;
    this.#streams.out.write(`${printable(JSON.stringify({ command: this.#command, type, seconds, ...rest }))}\n`);
  }
}

/**
 * Runs a command with its progress, and returns what it prints at its end. A failure is the last JSON object too. The command goes on
 * when the reader of its output ends. Throws what `work` throws.
 */
export async function withProgress(
  command: string,
  mode: OutputMode,
  work: (progress: Progress) => Promise<Result>,
  streams?: Streams,
): Promise<string> {
  const progress = new Progress(command, mode, streams);
  if (streams === undefined) ignoreClosedPipe();
  try {
    const result = await work(progress);
    return progress.result(result, Number(process.exitCode ?? 0));
  } catch (error) {
    const { name, message } = error as Error;
    const status = error instanceof CliError ? error.status : name === "ConfigError" ? 78 : 1;
    if (mode === "json") progress.result({ text: message }, status);
    else progress.clear();
    throw error;
  }
}

/** Waits for `work` and calls `tick` with the seconds since the start, several times a second. */
export async function ticking<T>(work: Promise<T>, tick: (seconds: number) => void): Promise<T> {
  const began = Date.now();
  tick(0);
  const timer = setInterval(() => tick(Math.floor((Date.now() - began) / 1000)), 250);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
