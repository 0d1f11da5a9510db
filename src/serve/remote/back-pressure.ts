import type { Duplex } from "node:stream";
import type { ChannelStream } from "./channel-stream.ts";

/** In bytes: while a stream is full and all of a connection hold more than this together, nothing is read. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Answers that the client has not taken yet. */
const MAX_PENDING_REPLIES = 100;

/** So often, in milliseconds, a client that is not read from is asked whether it is there. */
const KEEP_ALIVE_MS = 1000;

/** What a connection may hold that nobody has taken yet, and what its client may leave untaken. */
export class BackPressure {
  readonly #transport: Duplex;
  readonly #ping: () => void;
  #onChange: () => void = () => undefined;
  #answers = 0;

  /** `ping` writes anything that a client must answer. */
  constructor(transport: Duplex, ping: () => void) {
    this.#transport = transport;
    this.#ping = ping;
    transport.once("close", () => this.changed());
  }

  /** To be called whenever a stream has been read from, or closed. */
  changed(): void {
    this.#onChange();
  }

  /** To be awaited before more is read for this one of these streams; undefined when there is room. */
  for(stream: ChannelStream, streams: ReadonlyMap<unknown, ChannelStream>): Promise<void> | undefined {
    const isTight = () => stream.isFull && unread(streams) > MAX_UNREAD_BYTES;
    return isTight() ? this.#until(() => !isTight()) : undefined;
  }

  /** Writes what is not part of a stream. */
  tell(bytes: Buffer): void {
    if (!this.#transport.writable) return;
    this.#answers += 1;
    this.#transport.write(bytes, () => {
      this.#answers -= 1;
      this.changed();
    });
  }

  /** To be awaited before more is read that has to be answered: who asks must listen, too. */
  toAnswer(): Promise<void> | undefined {
    const isTight = () => this.#answers > MAX_PENDING_REPLIES;
    return isTight() ? this.#until(() => !isTight()) : undefined;
  }

  async #until(isRoomy: () => boolean): Promise<void> {
    // While nothing is read, only what is written can show that the client is gone.
    const timer = setInterval(this.#ping, KEEP_ALIVE_MS);
    while (!isRoomy() && !this.#transport.destroyed)
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
