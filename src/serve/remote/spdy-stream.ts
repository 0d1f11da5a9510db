import { Duplex } from "node:stream";
import type { Headers } from "./spdy-headers.ts";

/** In bytes, for each direction of a stream. */
const BUFFERED = 64 * 1024;

/** The least that a client is told of at once as taken in. */
const CREDIT = 32 * 1024;

/** What a stream asks of its connection. */
export interface Link {
  /** Calls `done` when the connection has taken it. */
  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void;
  /** There is room for more. `credit` bytes may be sent beyond what was allowed so far. */
  room(id: number, credit: number): void;
  /** Of no more use, whether or not both sides have come to their end. */
  closed(stream: SpdyStream): void;
}

/** One stream that a client has opened. Ends when the client has closed its side; is destroyed when it was reset. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
  readonly #link: Link;
  #taken = 0;

  constructor(link: Link, id: number, headers: Headers) {
    super({ readableHighWaterMark: BUFFERED, writableHighWaterMark: BUFFERED });
    this.#link = link;
    this.id = id;
    this.headers = headers;
    // One that breaks harms nobody but whoever waits for it.
    this.on("error", () => undefined);
  }

  /** What the client has sent; false when nobody has room for more. */
  receive(bytes: Buffer, isLast: boolean): boolean {
    if (this.destroyed) return true;
    this.#taken += bytes.length;
    const hasRoom = bytes.length === 0 || this.push(bytes);
    if (isLast) this.push(null);
    return hasRoom;
  }

  override _read(): void {
    const credit = this.#taken >= CREDIT ? this.#taken : 0;
    this.#taken -= credit;
    this.#link.room(this.id, credit);
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#link.send(this.id, bytes, false, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#link.send(this.id, Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#link.closed(this);
    done(error);
  }
}
