import { execFile, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { endSession } from "../../io/pods/session.ts";
import type { TerminalSize } from "../remote/streams.ts";
import { ENVIRONMENT, type ExecProcess, exitStatus } from "./process.ts";

/** As runtimes set it; the container's own variable wins. */
const TERM = "xterm";

/**
 * Starts a command on a terminal of its own. Node has none to give: script(1), which every distribution has with
 * util-linux, makes one and carries the bytes. Sizes are set from outside, by the terminal's name.
 */
export function startInTerminal(
  argv: readonly string[],
  size: TerminalSize | undefined,
  withInput: boolean,
): ExecProcess {
  const child = spawn(
    "script",
    ["--quiet", "--return", "--echo=always", "--command", inside(argv, size), "/dev/null"],
    {
      stdio: [withInput ? "pipe" : "ignore", "pipe", "ignore", "pipe"],
      cwd: "/",
      env: { ...ENVIRONMENT, SHELL: "/bin/sh", TERM },
      detached: true,
    },
  );
  const terminal = new Terminal();
  (child.stdio[3] as Readable).setEncoding("utf8").on("data", (text: string) => terminal.introduce(text));
  const ended = exitStatus(child).finally(() => terminal.close());
  return {
    ...(child.stdin && { stdin: child.stdin as Writable }),
    stdout: child.stdout as Readable,
    ended,
    resize: (next) => terminal.resize(next),
    end: () => {
      // With it the terminal is gone, which the kernel tells to those who have it.
      child.kill("SIGKILL");
      terminal.end();
    },
  };
}

/** What script runs: a line for a shell, and nobody but quoteForShell() has put words into it. */
export function inside(argv: readonly string[], size: TerminalSize | undefined): string {
  const start = size === undefined ? [] : [`stty cols ${size.width} rows ${size.height}`];
  return [...start, 'echo "$$ $(tty)" >&3', `exec ${argv.map(quoteForShell).join(" ")} 3>&-`].join("; ");
}

export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

class Terminal {
  #introduction = "";
  #path: string | undefined;
  #size: TerminalSize | undefined;
  #busy = false;
  #closed = false;
  #ends = false;
  #leader: number | undefined;

  /** "PROCESS /dev/pts/NUMBER", as the process on it says. */
  introduce(text: string): void {
    this.#introduction += text;
    const [, leader, path] = /^(\d+) (\/dev\/\S+)\n/.exec(this.#introduction) ?? [];
    if (leader === undefined) return;
    this.#leader = Number(leader);
    this.#path = path;
    if (this.#ends) this.end();
    this.#apply();
  }

  /** All that is on it; a client may be gone before the process has said who it is, or before that was read. */
  end(): void {
    this.#ends = true;
    if (this.#leader !== undefined) endSession(this.#leader);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#apply();
  }

  /** Another terminal may have the name from now on. */
  close(): void {
    this.#closed = true;
  }

  /** One after the other, so that the last one is what remains. */
  #apply(): void {
    if (this.#path === undefined || this.#size === undefined || this.#busy || this.#closed) return;
    const { width, height } = this.#size;
    this.#size = undefined;
    this.#busy = true;
    execFile("stty", ["-F", this.#path, "cols", String(width), "rows", String(height)], { env: ENVIRONMENT }, () => {
      this.#busy = false;
      this.#apply();
    });
  }
}
