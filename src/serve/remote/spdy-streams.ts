import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Exchange } from "../exchange.ts";
import { Gone } from "./gone.ts";
import { streamProtocol } from "./negotiate.ts";
import { SpdySession } from "./spdy-session.ts";
import type { SpdyStream } from "./spdy-stream.ts";
import { messageOf, statusOf } from "./status.ts";
import type { RemoteEnd, RemoteStreams, StreamRequest, TerminalSize } from "./streams.ts";
import { TerminalSizes } from "./terminal-sizes.ts";

const PROTOCOLS = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

/** How long a client may take to open its streams, in milliseconds. As the kubelet. */
const OPENING = 30_000;

/** Throws Refusal before the connection has left HTTP, Gone after that. */
export async function openSpdyStreams(exchange: Exchange, wanted: StreamRequest): Promise<RemoteStreams> {
  const protocol = streamProtocol(exchange.request.headers, PROTOCOLS);
  const transport = exchange.switchProtocols({ Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocol });
  const missing = new Set(["error"]);
  if (wanted.stdin) missing.add("stdin");
  if (wanted.stdout) missing.add("stdout");
  if (wanted.stderr && !wanted.tty) missing.add("stderr");
  if (wanted.tty && /^v[34]/.test(protocol)) missing.add("resize");
  const streams = new Map<string, SpdyStream>();
  const opened = new AbortController();
  const session = new SpdySession(transport, (stream) => {
    const type = stream.headers.get("streamtype") ?? "";
    if (!missing.delete(type)) return false;
    streams.set(type, stream);
    if (missing.size === 0) opened.abort();
    return true;
  });
  const timer = setTimeout(() => opened.abort(), OPENING);
  await Promise.race([once(opened.signal, "abort"), once(session.gone, "abort")]);
  clearTimeout(timer);
  if (missing.size > 0) {
    await session.close();
    throw new Gone(`the client did not open its streams: ${[...missing].join(", ")}`);
  }
  return new SpdyStreams(session, streams, protocol.startsWith("v4") ? statusOf : messageOf);
}

class SpdyStreams implements RemoteStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly #session: SpdySession;
  readonly #error: SpdyStream | undefined;
  readonly #say: (end: RemoteEnd) => string;
  #onResize: (size: TerminalSize) => void = () => undefined;
  #size: TerminalSize | undefined;

  constructor(session: SpdySession, streams: ReadonlyMap<string, SpdyStream>, say: (end: RemoteEnd) => string) {
    const [stdin, stdout, stderr] = ["stdin", "stdout", "stderr"].map((type) => streams.get(type));
    if (stdin !== undefined) this.stdin = stdin;
    if (stdout !== undefined) this.stdout = stdout;
    if (stderr !== undefined) this.stderr = stderr;
    this.#session = session;
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
    return this.#session.gone;
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
    await this.#session.close();
  }
}

/** Waits until all of it is out, or never will be. */
async function written(stream: Writable): Promise<void> {
  await finished(stream, { readable: false }).catch(() => undefined);
}
