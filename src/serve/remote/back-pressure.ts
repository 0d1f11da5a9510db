import type { Duplex } from "node:stream";
import type { ChannelStream } from "./channel-stream.ts";

/** Nothing is read while a stream is full and all streams of a connection together hold more than this. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** The number of replies that a client may leave unread. */
const MAX_PENDING_REPLIES = 100;

/** The interval of pings while nothing is read from a client. */
const KEEP_ALIVE_MS = 1000;

/** The limits of unread data and of unread replies on one connection. */
export class BackPressure {
  readonly #transport: Duplex;
  readonly #ping: () => void;
  #onChange: () => void = () => undefined;
  #pendingReplies = 0;

  /** `ping` writes a frame that the client must answer. */
  constructor(transport: Duplex, ping: () => void) {
    this.#transport = transport;
    this.#ping = ping;
    transport.once("close", () => this.changed());
  }

  /** Must be called when a stream was read from or closed. */
  changed(): void {
    this.#onChange();
  }

  /** Returns a promise to await before more is read for this stream; undefined when it is within the limits. */
  for(stream: ChannelStream, streams: ReadonlyMap<unknown, ChannelStream>): Promise<void> | undefined {
    const isExceeded = () => stream.isFull && unread(streams) > MAX_UNREAD_BYTES;
    return isExceeded() ? this.#until(() => !isExceeded()) : undefined;
  }

  /** Writes a reply, which belongs to no stream. */
  reply(bytes: Buffer): void {
    if (!this.#transport.writable) return;
    this.#pendingReplies += 1;
    this.#transport.write(bytes, () => {
      this.#pendingReplies -= 1;
      this.changed();
    });
  }

  /** Returns a promise to await before a frame is read that needs a reply; undefined within the limit. */
  untilRepliesRead(): Promise<void> | undefined {
    const isExceeded = () => this.#pendingReplies > MAX_PENDING_REPLIES;
    return isExceeded() ? this.#until(() => !isExceeded()) : undefined;
  }

  async #until(isWithinLimits: () => boolean): Promise<void> {
    // While nothing is read, only a failed write shows that the client has disconnected.
    const timer = setInterval(this.#ping, KEEP_ALIVE_MS);
    while (!isWithinLimits() && !this.#transport.destroyed)
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    clearInterval(timer);
  }
}

function unread(streams: ReadonlyMap<unknown, ChannelStream>): number {
  let sum = 0;
  for (const { readableLength } of streams.values()) sum += readableLength;
  return sum;
}
