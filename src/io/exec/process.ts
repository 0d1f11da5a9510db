import type { Readable, Writable } from "node:stream";
import type { TerminalSize } from "../../model/stream-request.ts";

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
