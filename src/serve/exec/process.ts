import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { DEFAULT_PATH } from "../../model/paths.ts";
import type { TerminalSize } from "../remote/streams.ts";

/** A command that runs in a container. A stream that was not requested is absent. */
export interface ExecProcess {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  /** The exit status as a shell counts it: 128 + n after signal n. Rejects when the command could not be started. */
  readonly ended: Promise<number>;
  resize(size: TerminalSize): void;
  /** Ends the command and all processes that it has started. */
  end(): void;
}

/** Returns the exit status of a child process: 128 + n after signal n. Rejects when it could not be started. */
export function exitStatus(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/** The environment of commands, which has no variable of this process. */
export const ENVIRONMENT = { PATH: DEFAULT_PATH };
