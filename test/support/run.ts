import { spawn } from "node:child_process";

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  /** The timeout in milliseconds. The default of a minute is enough on a host that stalls at times. */
  readonly timeout?: number;
  /** True when a non-zero exit code is returned, and not thrown. */
  readonly allowFailure?: boolean;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs a program and waits for its end. Throws an error with its output when it fails. */
export function run(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> {
  const { stdin = "", timeout = 60_000, allowFailure = false } = options;
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "pipe" });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    }
    const fail = (what: string) => reject(new Error(`${command.join(" ")}: ${what}\n${said.stderr}${said.stdout}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`no end after ${timeout} ms`);
    }, timeout);
    child.on("error", (error) => fail(error.message));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || (allowFailure && code !== null)) resolve({ ...said, code });
      else fail(code === null ? `killed by ${signal}` : `exit code ${code}`);
    });
    // A program may exit without reading its input.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
  });
}
