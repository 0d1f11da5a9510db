import type { Readable, Writable } from "node:stream";
import type { TerminalSize } from "../../model/stream-request.ts";

/** The end of a remote command. The transport encodes it for its protocol. */
export type RemoteEnd =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "failed"; readonly message: string };

/** The streams that a client has opened, over SPDY or a WebSocket. A stream that it did not request is absent. */
export interface RemoteStreams {
  /** Ends when the client has closed its side. */
  readonly stdin?: Readable;
  /** Writing waits for the connection (back-pressure). */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Calls the listener with the current size of the client's terminal, and with each new one. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Aborted when the client disconnects or violates the protocol. */
  readonly gone: AbortSignal;
  /** Sends the end of the command after all output, and closes the connection. */
  finish(end: RemoteEnd): Promise<void>;
}
