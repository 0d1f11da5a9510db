import { execFile, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { killSession } from "../../src/io/pods/session.ts";

/** A program on a terminal of its own, which script(1) creates. */
export interface TerminalProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly ended: Promise<number>;
  resize(columns: number, rows: number): void;
  /** Ends the terminal, as closing its window does. */
  end(): void;
}

export function startInTerminal(argv: readonly string[], columns: number, rows: number): TerminalProgram {
  const command = `stty cols ${columns} rows ${rows}; echo "$$ $(tty)" >&3; exec ${argv.map(quote).join(" ")} 3>&-`;
  const child = spawn("script", ["--quiet", "--return", "--echo=always", "--command", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "ignore", "pipe"],
    env: { ...process.env, SHELL: "/bin/sh", TERM: "xterm" },
    detached: true,
  });
  let introduction = "";
  (child.stdio[3] as Readable).setEncoding("utf8").on("data", (text: string) => {
    introduction += text;
  });
  const word = (at: number) => introduction.trim().split(" ")[at] ?? "";
  return {
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    ended: new Promise((resolve) =>
      child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"])),
    ),
    resize: (width, height) =>
      void execFile("stty", ["-F", word(1), "cols", String(width), "rows", String(height)], () => undefined),
    end: () => {
      child.kill("SIGKILL");
      killSession(Number(word(0)));
    },
  };
}

/** Returns a word in single quotes for a POSIX shell. */
function quote(each: string): string {
  return `'${each.replaceAll("'", "'\\''")}'`;
}
