import { execFile, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { endSession } from "../../io/pods/session.ts";
import type { TerminalSize } from "../remote/streams.ts";
import { ENVIRONMENT, type ExecProcess, exitStatus } from "./process.ts";

/** The TERM that container runtimes set. The variable of a container takes precedence. */
const TERM = "xterm";

/**
 * Starts a command on a terminal of its own. Node cannot create one, so script(1) of util-linux does and carries the bytes.
 * stty(1) sets the sizes by the path of the terminal.
 */
export function startInTerminal(
  argv: readonly string[],
  size: TerminalSize | undefined,
  withInput: boolean,
): ExecProcess {
  const child = spawn(
    "script",
    ["--quiet", "--return", "--echo=always", "--command", terminalCommand(argv, size), "/dev/null"],
    {
      stdio: [withInput ? "pipe" : "ignore", "pipe", "ignore", "pipe"],
      cwd: "/",
      env: { ...ENVIRONMENT, SHELL: "/bin/sh", TERM },
      detached: true,
    },
  );
  const terminal = new Terminal();
  (child.stdio[3] as Readable).setEncoding("utf8").on("data", (text: string) => terminal.readIntroduction(text));
  const ended = exitStatus(child).finally(() => terminal.close());
  return {
    ...(child.stdin && { stdin: child.stdin as Writable }),
    stdout: child.stdout as Readable,
    ended,
    resize: (next) => terminal.resize(next),
    end: () => {
      // The terminal goes with script(1), and the kernel sends SIGHUP to its processes.
      child.kill("SIGKILL");
      terminal.end();
    },
  };
}

/** Returns the shell command for script(1). All variable parts are quoted by quoteForShell(). */
export function terminalCommand(argv: readonly string[], size: TerminalSize | undefined): string {
  const start = size === undefined ? [] : [`stty cols ${size.width} rows ${size.height}`];
  return [...start, 'echo "$$ $(tty)" >&3', `exec ${argv.map(quoteForShell).join(" ")} 3>&-`].join("; ");
}

/** Returns a word in single quotes for a POSIX shell. */
export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The terminal that script(1) has created, known by its path. */
class Terminal {
  #introduction = "";
  #path: string | undefined;
  #size: TerminalSize | undefined;
  #isBusy = false;
  #isClosed = false;
  #isEnding = false;
  #leader: number | undefined;

  /** Reads the line "PID /dev/pts/NUMBER", which the process on the terminal writes. */
  readIntroduction(text: string): void {
    this.#introduction += text;
    const [, leader, path] = /^(\d+) (\/dev\/\S+)\n/.exec(this.#introduction) ?? [];
    if (leader === undefined) return;
    this.#leader = Number(leader);
    this.#path = path;
    if (this.#isEnding) this.end();
    this.#apply();
  }

  /** Ends all processes on the terminal. A client may disconnect before the line of `introduce` is read. */
  end(): void {
    this.#isEnding = true;
    if (this.#leader !== undefined) endSession(this.#leader);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#apply();
  }

  /** Stops the use of the path, which another terminal may have from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /** Sets the newest size. One stty(1) runs at a time, so that the last size remains. */
  #apply(): void {
    if (this.#path === undefined || this.#size === undefined || this.#isBusy || this.#isClosed) return;
    const { width, height } = this.#size;
    this.#size = undefined;
    this.#isBusy = true;
    execFile("stty", ["-F", this.#path, "cols", String(width), "rows", String(height)], { env: ENVIRONMENT }, () => {
      this.#isBusy = false;
      this.#apply();
    });
  }
}
