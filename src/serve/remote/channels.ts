import type { Duplex } from "node:stream";
import { BackPressure } from "./back-pressure.ts";
import { type Channel, ChannelStream } from "./channel-stream.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Fragment, WebSocket } from "./websocket/websocket.ts";

/** The encoding of channels in messages. */
export interface ContentEncoding {
  /** True for text messages with the digit of the channel and base64; false for binary ones with a byte and the data. */
  readonly isBase64: boolean;
  /** True when byte 255 and a channel number close that channel. */
  readonly canClose: boolean;
}

const CLOSE_CHANNEL = 255;
const DIGIT_ZERO = "0".charCodeAt(0);
/** The largest fragment of a message. A multiple of three, so that base64 needs no padding inside. */
const FRAGMENT_BYTES = 384 * 1024;

/** The streams of a WebSocket. Each message begins with the number of its channel. */
export class Channels implements Channel {
  readonly #socket: WebSocket;
  readonly #encoding: ContentEncoding;
  readonly #backPressure: BackPressure;
  readonly #streams = new Map<number, ChannelStream>();
  /** The channel of the current message; undefined before its first byte. */
  #channel: number | undefined;
  #rest = "";

  /** Data of other channels than these is discarded. */
  constructor(transport: Duplex, encoding: ContentEncoding, channels: readonly number[]) {
    this.#encoding = encoding;
    this.#socket = new WebSocket(transport, (fragment) => this.#take(fragment));
    this.#backPressure = new BackPressure(transport, () => this.#socket.ping());
    for (const channel of channels) this.#streams.set(channel, new ChannelStream(this, channel));
    this.#socket.gone.addEventListener("abort", () => this.#destroyStreams());
    this.#socket.start();
  }

  get gone(): AbortSignal {
    return this.#socket.gone;
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }

  /** Returns a channel of the constructor. Throws for another one. */
  stream(channel: number): ChannelStream {
    const stream = this.#streams.get(channel);
    if (stream === undefined) throw new Error(`no channel ${channel}`);
    return stream;
  }

  /** Sends a message, also without content: the first message shows the client that it is connected. */
  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void {
    if (isLast) {
      // The protocol has no message for the end of one channel. The close of the connection ends it.
      done();
      return;
    }
    const fragment = bytes.subarray(0, FRAGMENT_BYTES);
    this.#socket.send(this.#encoding.isBase64, this.#encode(id, fragment), (error) => {
      if (error || fragment.length === bytes.length) done(error);
      else this.send(id, bytes.subarray(FRAGMENT_BYTES), false, done);
    });
  }

  grant(): void {
    this.#backPressure.changed();
  }

  closed(): void {
    this.#backPressure.changed();
  }

  #encode(id: number, bytes: Buffer): readonly Buffer[] {
    if (!this.#encoding.isBase64) return [Buffer.from([id]), bytes];
    return [Buffer.from(String.fromCharCode(DIGIT_ZERO + id) + bytes.toString("base64"))];
  }

  #take({ isFirst, isLast, bytes }: Fragment): Promise<void> | undefined {
    if (isFirst) {
      this.#channel = undefined;
      this.#rest = "";
    }
    let content = bytes;
    if (this.#channel === undefined) {
      if (bytes.length === 0) return undefined;
      this.#channel = (bytes[0] ?? 0) - (this.#encoding.isBase64 ? DIGIT_ZERO : 0);
      content = bytes.subarray(1);
    }
    if (this.#channel === CLOSE_CHANNEL && this.#encoding.canClose) {
      for (const channel of content) this.#streams.get(channel)?.receive(Buffer.alloc(0), true);
      return undefined;
    }
    return this.#receive(this.#channel, this.#encoding.isBase64 ? this.#decode(content, isLast) : content);
  }

  #receive(channel: number, bytes: Buffer): Promise<void> | undefined {
    const stream = this.#streams.get(channel);
    const isBelowLimit = stream?.receive(bytes, false) ?? true;
    return stream === undefined || isBelowLimit ? undefined : this.#backPressure.for(stream, this.#streams);
  }

  #decode(content: Buffer, isLast: boolean): Buffer {
    const text = this.#rest + content.toString("latin1");
    const whole = isLast ? text.length : text.length - (text.length % 4);
    this.#rest = text.slice(whole);
    const ready = text.slice(0, whole);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(ready) || (isLast && whole % 4 !== 0))
      throw new ProtocolError("this is not base64");
    return Buffer.from(ready, "base64");
  }

  #destroyStreams(): void {
    for (const stream of this.#streams.values()) stream.destroy();
  }
}
