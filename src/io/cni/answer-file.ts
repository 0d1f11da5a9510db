import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** More than a plugin says for people. */
const MAX_BYTES = 65_536;

/**
 * A file without a name for the output of a process. A child that the process leaves would keep a pipe open, so that its reader
 * waits for the child as well.
 */
export class AnswerFile implements Disposable {
  readonly descriptor: number;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Returns undefined when there is no place for a file: the exit status of a process is worth more than its words. */
  static open(): AnswerFile | undefined {
    try {
      const directory = mkdtempSync(join(tmpdir(), "unitlet-answer-"));
      try {
        return new AnswerFile(openSync(join(directory, "answer"), "wx+", 0o600));
      } finally {
        rmSync(directory, { recursive: true });
      }
    } catch {
      return undefined;
    }
  }

  /** Returns the beginning of what was written so far. */
  text(): string {
    const bytes = Buffer.alloc(Math.min(fstatSync(this.descriptor).size, MAX_BYTES));
    return bytes.toString("utf8", 0, readSync(this.descriptor, bytes, 0, bytes.length, 0));
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor);
  }
}
