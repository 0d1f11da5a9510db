import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { DEFAULT_PATH } from "../../model/paths.ts";
import type { TerminalSize } from "../remote/streams.ts";

/** A command that runs in a container. A stream that nobody wanted is absent. */
export interface ExecProcess {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  /** Its exit status as a shell counts it; 128 + n after signal n. Rejects when it could not be started at all. */
  readonly ended: Promise<number>;
  resize(size: TerminalSize): void;
  /** Ends it and all that it has started: nobody listens any more. */
  end(): void;
}

export function exitStatus(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/** Nothing of this process' own. */
export const ENVIRONMENT = { PATH: DEFAULT_PATH };
