import { Duplex } from "node:stream";

/** The buffer of each direction of a stream. */
const MAX_BUFFERED_BYTES = 64 * 1024;

/** The smallest credit that is sent to a client. */
const CREDIT_BYTES = 32 * 1024;

/** The connection of a stream, which several streams share. */
export interface Channel {
  /** Sends bytes of a stream, and calls `done` when the connection has accepted them. */
  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void;
  /** Lets the client send `credit` more bytes. */
  grant(id: number, credit: number): void;
  /** Removes a stream that was closed or destroyed. */
  closed(stream: ChannelStream): void;
}

/** One stream of a connection. It ends when the client closes its side, and is destroyed when the client resets it. */
export class ChannelStream extends Duplex {
  readonly id: number;
  readonly #channel: Channel;
  #taken = 0;
  #hasEnded = false;

  constructor(channel: Channel, id: number) {
    super({ readableHighWaterMark: MAX_BUFFERED_BYTES, writableHighWaterMark: MAX_BUFFERED_BYTES });
    this.#channel = channel;
    this.id = id;
    // An error concerns only the reader and the writer of this stream.
    this.on("error", () => undefined);
  }

  /** Takes bytes of the client. Returns false when the buffer is full. */
  receive(bytes: Buffer, isLast: boolean): boolean {
    if (this.destroyed || this.#hasEnded) return true;
    this.#taken += bytes.length;
    const isBelowLimit = bytes.length === 0 || this.push(bytes);
    if (isLast) {
      this.#hasEnded = true;
      this.push(null);
    }
    return isBelowLimit;
  }

  get isFull(): boolean {
    return !this.destroyed && this.readableLength >= this.readableHighWaterMark;
  }

  override _read(): void {
    const credit = this.#taken >= CREDIT_BYTES ? this.#taken : 0;
    this.#taken -= credit;
    this.#channel.grant(this.id, credit);
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.send(this.id, bytes, false, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.send(this.id, Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.closed(this);
    done(error);
  }
}
