import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type RunOptions, type RunResult, run } from "../support/run.ts";

/** Starting a program by qemu takes a second, and Node ten times as long as on the processor. */
const TIMEOUT_MS = 900_000;

/** A directory in the files of a Debian for aarch64, in which tests run programs of that architecture. */
export class Emulated implements Disposable {
  readonly #root = execFileSync("sh", ["test/arm64/root.sh"], { encoding: "utf8" }).trim();
  /** The directory as this host sees it. `path` is the one that emulated programs see. */
  readonly directory = mkdtempSync(`${this.#root}/tmp/unitlet-`);
  readonly path = this.directory.slice(this.#root.length);

  /** The files of the Debian, as this host sees them. */
  at(path: string): string {
    return join(this.#root, path);
  }

  /** Runs a shell script in the directory. */
  exec(script: string, options: RunOptions = {}): Promise<RunResult> {
    const command = ["sh", "test/arm64/emulated.sh", this.#root, "sh", "-ec", `cd ${this.path}\n${script}`] as const;
    return run(command, { timeout: TIMEOUT_MS, ...options });
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
