import type { Readable, Writable } from "node:stream";

/** Which streams a client wants, from the query of exec and attach. With a tty there is no stderr of its own. */
export interface StreamRequest {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** In characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** How a remote command ended; the wire's words for it (metav1.Status) are the transport's. */
export type RemoteEnd =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "failed"; readonly message: string };

/** The streams that a client has opened, over SPDY or over a WebSocket. One that it did not ask for is absent. */
export interface RemoteStreams {
  /** Ends when the client has closed its side. */
  readonly stdin?: Readable;
  /** Their back-pressure is the connection's. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Each size of the client's terminal, the last one known at once. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Aborted when the client is gone, or broke the protocol. */
  readonly gone: AbortSignal;
  /** Says how it ended, after all output, and closes the connection. */
  finish(end: RemoteEnd): Promise<void>;
}
