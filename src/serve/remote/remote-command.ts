import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { ChannelStream } from "./channel-stream.ts";
import type { RemoteEnd, RemoteStreams, TerminalSize } from "./streams.ts";
import { TerminalSizes } from "./terminal-sizes.ts";

/** By the names that they have on the wire. */
export type StreamType = "stdin" | "stdout" | "stderr" | "error" | "resize";

/** What carries the streams of a command, of whatever kind it is. */
export interface Transport {
  readonly gone: AbortSignal;
  close(): Promise<void>;
}

/** The streams of a command, as what runs it wants them. */
export class RemoteCommand implements RemoteStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly #carrier: Transport;
  readonly #error: ChannelStream | undefined;
  readonly #say: (end: RemoteEnd) => string;
  #onResize: (size: TerminalSize) => void = () => undefined;
  #size: TerminalSize | undefined;

  /** `say` puts the end into the words of the protocol. */
  constructor(carrier: Transport, streams: ReadonlyMap<StreamType, ChannelStream>, say: (end: RemoteEnd) => string) {
    const [stdin, stdout, stderr] = [streams.get("stdin"), streams.get("stdout"), streams.get("stderr")];
    if (stdin !== undefined) this.stdin = stdin;
    if (stdout !== undefined) this.stdout = stdout;
    if (stderr !== undefined) this.stderr = stderr;
    this.#carrier = carrier;
    this.#error = streams.get("error");
    this.#say = say;
    const sizes = new TerminalSizes();
    streams.get("resize")?.on("data", (bytes: Buffer) => {
      for (const size of sizes.push(bytes)) {
        this.#size = size;
        this.#onResize(size);
      }
    });
    // Clients write nothing into these, but may close them.
    for (const stream of [stdout, stderr, this.#error]) stream?.resume();
  }

  get gone(): AbortSignal {
    return this.#carrier.gone;
  }

  onResize(listener: (size: TerminalSize) => void): void {
    this.#onResize = listener;
    if (this.#size !== undefined) listener(this.#size);
  }

  async finish(end: RemoteEnd): Promise<void> {
    const outputs = [this.stdout, this.stderr].filter((each) => each !== undefined);
    for (const output of outputs) output.end();
    await Promise.all(outputs.map(written));
    this.#error?.end(this.#say(end));
    if (this.#error !== undefined) await written(this.#error);
    await this.#carrier.close();
  }
}

/** Waits until all of it is out, or never will be. */
async function written(stream: Writable): Promise<void> {
  await finished(stream, { readable: false }).catch(() => undefined);
}
