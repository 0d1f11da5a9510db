import { once } from "node:events";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { BackPressure } from "../back-pressure.ts";
import { type Channel, ChannelStream } from "../channel-stream.ts";
import { ProtocolError } from "../protocol-error.ts";
import * as spdy from "./frames.ts";
import { type Headers, noHeaders } from "./headers.ts";

/** At one time. */
const MAX_STREAMS = 1000;

/** How long a client may take to let go of a connection that is over, in milliseconds. */
const LINGER_MS = 5000;

/** The largest piece that goes out at once: the others want their turn. */
const FRAGMENT_BYTES = 1024 * 1024;

/** The server's end of a SPDY/3.1 connection. Clients written in Go neither tell nor heed windows: TCP's count. */
export class SpdySession implements Channel {
  readonly #transport: Duplex;
  readonly #accept: (stream: ChannelStream, headers: Headers) => boolean;
  readonly #room: BackPressure;
  readonly #streams = new Map<number, ChannelStream>();
  readonly #gone = new AbortController();
  #last = 0;
  #isFirstReply = true;
  #isClosing = false;
  #pings = 0;

  /** `accept` gets each stream when it is opened; what it does not want is refused. */
  constructor(transport: Duplex, accept: (stream: ChannelStream, headers: Headers) => boolean) {
    this.#transport = transport;
    this.#accept = accept;
    this.#room = new BackPressure(transport, () => this.#ping());
    transport.on("error", () => undefined);
    void this.#serve();
  }

  /** Aborted when the connection is over, whoever ended it. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Says goodbye after all that was written, and waits until the client has let go. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    for (const stream of this.#streams.values()) stream.destroy();
    // What the client still sends is read on and thrown away: a connection that is closed upon it loses the last words.
    const timer = setTimeout(() => this.#transport.destroy(), 2 * LINGER_MS);
    await this.#end(0);
    if (!this.gone.aborted) await once(this.gone, "abort");
    clearTimeout(timer);
  }

  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void {
    const piece = bytes.subarray(0, FRAGMENT_BYTES);
    const isWhole = piece.length === bytes.length;
    this.#transport.cork();
    this.#transport.write(spdy.dataHead(id, piece.length, isLast && isWhole));
    this.#transport.write(piece, (error) => {
      if (error || isWhole) done(error);
      else this.send(id, bytes.subarray(FRAGMENT_BYTES), isLast, done);
    });
    this.#transport.uncork();
  }

  room(id: number, credit: number): void {
    if (credit > 0) this.#tell(spdy.windowUpdate(id, credit), spdy.windowUpdate(0, credit));
    this.#room.changed();
  }

  closed(stream: ChannelStream): void {
    const isComplete = stream.readableEnded && stream.writableFinished;
    // One that the client has reset is known here no more.
    if (this.#streams.delete(stream.id) && !isComplete) this.#tell(spdy.reset(stream.id, spdy.CANCEL));
    this.#room.changed();
  }

  async #serve(): Promise<void> {
    const frames = new spdy.FrameReader();
    let broken: Error | undefined;
    try {
      for await (const bytes of this.#transport.iterator({ destroyOnReturn: false }))
        for (const frame of frames.push(bytes)) {
          if (frame.kind === "goAway") return;
          await this.#take(frame);
        }
    } catch (error) {
      broken = error as Error;
      if (error instanceof ProtocolError) await this.#end(1);
    } finally {
      this.#isClosing = true;
      const streams = [...this.#streams.values()];
      this.#streams.clear();
      for (const stream of streams) stream.destroy();
      this.#transport.destroy(broken);
      this.#gone.abort();
    }
  }

  /** Waits until the last words are out. */
  async #end(status: number): Promise<void> {
    const timer = setTimeout(() => this.#transport.destroy(), LINGER_MS);
    this.#transport.end(spdy.goAway(this.#last, status));
    await finished(this.#transport, { readable: false }).catch(() => undefined);
    clearTimeout(timer);
  }

  #take(frame: spdy.Frame): Promise<void> | undefined {
    switch (frame.kind) {
      case "stream":
        this.#open(frame.id, frame.headers, frame.isLast);
        return this.#room.toAnswer();
      case "data":
        return this.#receive(frame.id, frame.bytes, frame.isLast);
      case "reset":
        this.#drop(frame.id);
        return undefined;
      case "ping":
        // Odd are those of the client; an even one is the answer to ours.
        if (frame.id % 2 === 1) this.#tell(spdy.ping(frame.id));
        return this.#room.toAnswer();
      default:
        return undefined;
    }
  }

  #open(id: number, headers: Headers, isLast: boolean): void {
    if (this.#isClosing) return;
    if (id % 2 === 0 || id <= this.#last) throw new ProtocolError(`stream ${id} cannot follow ${this.#last}`);
    this.#last = id;
    const stream = new ChannelStream(this, id);
    if (this.#streams.size >= MAX_STREAMS || !this.#accept(stream, headers)) {
      this.#tell(spdy.reset(id, spdy.REFUSED_STREAM));
      return;
    }
    this.#streams.set(id, stream);
    // Before any data: clients drop what comes earlier.
    this.#tell(spdy.reply(id, noHeaders(this.#isFirstReply)));
    this.#isFirstReply = false;
    if (isLast) stream.receive(Buffer.alloc(0), true);
  }

  #receive(id: number, bytes: Buffer, isLast: boolean): Promise<void> | undefined {
    if (id > this.#last && !this.#isClosing) throw new ProtocolError(`data for stream ${id}, which was never opened`);
    const stream = this.#streams.get(id);
    const hasRoom = stream?.receive(bytes, isLast) ?? true;
    return stream === undefined || hasRoom ? undefined : this.#room.for(stream, this.#streams);
  }

  #drop(id: number): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.destroy();
  }

  #ping(): void {
    this.#pings += 2;
    this.#tell(spdy.ping(this.#pings));
  }

  #tell(...frames: readonly Buffer[]): void {
    this.#room.tell(Buffer.concat(frames));
  }
}
