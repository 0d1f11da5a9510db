import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { TerminalSize } from "../../model/stream-request.ts";
import type { ChannelStream } from "./channel-stream.ts";
import type { RemoteEnd, RemoteStreams } from "./streams.ts";
import { TerminalSizes } from "./terminal-sizes.ts";

/** The types of streams, by their names in the protocol. */
export type StreamType = "stdin" | "stdout" | "stderr" | "error" | "resize";

/** The connection of a command's streams: SPDY or WebSocket. */
export interface Transport {
  readonly gone: AbortSignal;
  close(): Promise<void>;
}

/** The streams of a command over any transport. */
export class RemoteCommand implements RemoteStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly #transport: Transport;
  readonly #error: ChannelStream | undefined;
  readonly #encodeEnd: (end: RemoteEnd) => string;
  #onResize: (size: TerminalSize) => void = () => undefined;
  #size: TerminalSize | undefined;

  /** `encodeEnd` returns the message of the protocol for the end of the command. */
  constructor(
    transport: Transport,
    streams: ReadonlyMap<StreamType, ChannelStream>,
    encodeEnd: (end: RemoteEnd) => string,
  ) {
    const [stdin, stdout, stderr] = [streams.get("stdin"), streams.get("stdout"), streams.get("stderr")];
    if (stdin !== undefined) this.stdin = stdin;
    if (stdout !== undefined) this.stdout = stdout;
    if (stderr !== undefined) this.stderr = stderr;
    this.#transport = transport;
    this.#error = streams.get("error");
    this.#encodeEnd = encodeEnd;
    const sizes = new TerminalSizes();
    streams.get("resize")?.on("data", (bytes: Buffer) => {
      for (const size of sizes.push(bytes)) {
        this.#size = size;
        this.#onResize(size);
      }
    });
    // Clients write nothing to these streams, but may close them.
    for (const stream of [stdout, stderr, this.#error]) stream?.resume();
  }

  get gone(): AbortSignal {
    return this.#transport.gone;
  }

  onResize(listener: (size: TerminalSize) => void): void {
    this.#onResize = listener;
    if (this.#size !== undefined) listener(this.#size);
  }

  async finish(end: RemoteEnd): Promise<void> {
    const outputs = [this.stdout, this.stderr].filter((each) => each !== undefined);
    for (const output of outputs) output.end();
    await Promise.all(outputs.map(written));
    this.#error?.end(this.#encodeEnd(end));
    if (this.#error !== undefined) await written(this.#error);
    await this.#transport.close();
  }
}

/** Waits until a stream is written or destroyed. */
async function written(stream: Writable): Promise<void> {
  await finished(stream, { readable: false }).catch(() => undefined);
}
