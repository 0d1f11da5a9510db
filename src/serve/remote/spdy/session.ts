import { once } from "node:events";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { BackPressure } from "../back-pressure.ts";
import { type Channel, ChannelStream } from "../channel-stream.ts";
import { ProtocolError } from "../protocol-error.ts";
import * as spdy from "./frames.ts";
import { type Headers, noHeaders } from "./headers.ts";

/** The number of open streams. */
const MAX_STREAMS = 1000;

/** The time in which a client must close a connection that has ended. */
const LINGER_MS = 5000;

/** The largest fragment that is sent at once, so that other streams get their turn. */
const FRAGMENT_BYTES = 1024 * 1024;

/**
 * The server's end of a SPDY/3.1 connection. Clients in Go (moby/spdystream) ignore SPDY's windows, so those of TCP limit the
 * flow.
 */
export class SpdySession implements Channel {
  readonly #transport: Duplex;
  readonly #accept: (stream: ChannelStream, headers: Headers) => boolean;
  readonly #backPressure: BackPressure;
  readonly #streams = new Map<number, ChannelStream>();
  readonly #gone = new AbortController();
  #last = 0;
  #isFirstReply = true;
  #isClosing = false;
  #pings = 0;

  /** `accept` is called for each new stream. The stream is reset when it returns false. */
  constructor(transport: Duplex, accept: (stream: ChannelStream, headers: Headers) => boolean) {
    this.#transport = transport;
    this.#accept = accept;
    this.#backPressure = new BackPressure(transport, () => this.#ping());
    transport.on("error", () => undefined);
    void this.#serve();
  }

  /** Aborted when the connection has ended, by the client or by the server. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends GOAWAY after all pending data, and waits until the client closes the connection. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    for (const stream of this.#streams.values()) stream.destroy();
    // The client's data is read and discarded. A close with unread data would lose the last frames.
    const timer = setTimeout(() => this.#transport.destroy(), 2 * LINGER_MS);
    await this.#sendGoAway(0);
    if (!this.gone.aborted) await once(this.gone, "abort");
    clearTimeout(timer);
  }

  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void {
    const fragment = bytes.subarray(0, FRAGMENT_BYTES);
    const isWhole = fragment.length === bytes.length;
    this.#transport.cork();
    this.#transport.write(spdy.dataHeader(id, fragment.length, isLast && isWhole));
    this.#transport.write(fragment, (error) => {
      if (error || isWhole) done(error);
      else this.send(id, bytes.subarray(FRAGMENT_BYTES), isLast, done);
    });
    this.#transport.uncork();
  }

  grant(id: number, credit: number): void {
    if (credit > 0) this.#reply(spdy.windowUpdate(id, credit), spdy.windowUpdate(0, credit));
    this.#backPressure.changed();
  }

  closed(stream: ChannelStream): void {
    const isComplete = stream.readableEnded && stream.writableFinished;
    // A stream that the client has reset is not in the map any more.
    if (this.#streams.delete(stream.id) && !isComplete) this.#reply(spdy.reset(stream.id, spdy.CANCEL));
    this.#backPressure.changed();
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
      if (error instanceof ProtocolError) await this.#sendGoAway(1);
    } finally {
      this.#isClosing = true;
      const streams = [...this.#streams.values()];
      this.#streams.clear();
      for (const stream of streams) stream.destroy();
      this.#transport.destroy(broken);
      this.#gone.abort();
    }
  }

  /** Sends GOAWAY and waits until it is written. */
  async #sendGoAway(status: number): Promise<void> {
    const timer = setTimeout(() => this.#transport.destroy(), LINGER_MS);
    this.#transport.end(spdy.goAway(this.#last, status));
    await finished(this.#transport, { readable: false }).catch(() => undefined);
    clearTimeout(timer);
  }

  #take(frame: spdy.Frame): Promise<void> | undefined {
    switch (frame.kind) {
      case "stream":
        this.#openStream(frame.id, frame.headers, frame.isLast);
        return this.#backPressure.untilRepliesRead();
      case "data":
        return this.#receive(frame.id, frame.bytes, frame.isLast);
      case "reset":
        this.#dropStream(frame.id);
        return undefined;
      case "ping":
        // Odd IDs are pings of the client; an even ID is the reply to a ping of the server.
        if (frame.id % 2 === 1) this.#reply(spdy.ping(frame.id));
        return this.#backPressure.untilRepliesRead();
      default:
        return undefined;
    }
  }

  #openStream(id: number, headers: Headers, isLast: boolean): void {
    if (this.#isClosing) return;
    if (id % 2 === 0 || id <= this.#last) throw new ProtocolError(`stream ${id} cannot follow ${this.#last}`);
    this.#last = id;
    const stream = new ChannelStream(this, id);
    if (this.#streams.size >= MAX_STREAMS || !this.#accept(stream, headers)) {
      this.#reply(spdy.reset(id, spdy.REFUSED_STREAM));
      return;
    }
    this.#streams.set(id, stream);
    // The reply comes before any data, because clients drop earlier data.
    this.#reply(spdy.reply(id, noHeaders(this.#isFirstReply)));
    this.#isFirstReply = false;
    if (isLast) stream.receive(Buffer.alloc(0), true);
  }

  #receive(id: number, bytes: Buffer, isLast: boolean): Promise<void> | undefined {
    if (id > this.#last && !this.#isClosing) throw new ProtocolError(`data for stream ${id}, which was never opened`);
    const stream = this.#streams.get(id);
    const isBelowLimit = stream?.receive(bytes, isLast) ?? true;
    return stream === undefined || isBelowLimit ? undefined : this.#backPressure.for(stream, this.#streams);
  }

  #dropStream(id: number): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.destroy();
  }

  #ping(): void {
    this.#pings += 2;
    this.#reply(spdy.ping(this.#pings));
  }

  #reply(...frames: readonly Buffer[]): void {
    this.#backPressure.reply(Buffer.concat(frames));
  }
}
