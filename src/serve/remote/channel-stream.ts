import { Duplex } from "node:stream";

/** In bytes, for each direction of a stream. */
const MAX_BUFFERED_BYTES = 64 * 1024;

/** The least that a client is told of at once as taken in. */
const CREDIT_BYTES = 32 * 1024;

/** What a stream asks of the connection that it shares with others. */
export interface Channel {
  /** Calls `done` when the connection has taken it. */
  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void;
  /** There is room for more. `credit` bytes may be sent beyond what was allowed so far. */
  room(id: number, credit: number): void;
  /** Of no more use, whether or not both sides have come to their end. */
  closed(stream: ChannelStream): void;
}

/** One of the streams in a connection. Ends when the client has closed its side; is destroyed when it was reset. */
export class ChannelStream extends Duplex {
  readonly id: number;
  readonly #link: Channel;
  #taken = 0;
  #hasEnded = false;

  constructor(link: Channel, id: number) {
    super({ readableHighWaterMark: MAX_BUFFERED_BYTES, writableHighWaterMark: MAX_BUFFERED_BYTES });
    this.#link = link;
    this.id = id;
    // One that breaks harms nobody but whoever waits for it.
    this.on("error", () => undefined);
  }

  /** What the client has sent; false when there is no room for more. */
  receive(bytes: Buffer, isLast: boolean): boolean {
    if (this.destroyed || this.#hasEnded) return true;
    this.#taken += bytes.length;
    const hasRoom = bytes.length === 0 || this.push(bytes);
    if (isLast) {
      this.#hasEnded = true;
      this.push(null);
    }
    return hasRoom;
  }

  get isFull(): boolean {
    return !this.destroyed && this.readableLength >= this.readableHighWaterMark;
  }

  override _read(): void {
    const credit = this.#taken >= CREDIT_BYTES ? this.#taken : 0;
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
