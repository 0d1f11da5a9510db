import type { Duplex } from "node:stream";
import { BackPressure } from "./back-pressure.ts";
import { type Channel, ChannelStream } from "./channel-stream.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Fragment, WebSocket } from "./websocket/websocket.ts";

/** How channels are put into messages. */
export interface ContentEncoding {
  /** The channel's digit and base64 in text, instead of a byte and the bytes. */
  readonly isBase64: boolean;
  /** Whether 255 and a channel say that nothing more comes on it. */
  readonly canClose: boolean;
}

const CLOSES = 255;
const ZERO = "0".charCodeAt(0);
/** The largest piece that goes out at once; a multiple of three, so that base64 needs no padding within. */
const FRAGMENT_BYTES = 384 * 1024;

/** Streams in a WebSocket: each message begins with the number of its channel. */
export class Channels implements Channel {
  readonly #socket: WebSocket;
  readonly #coding: ContentEncoding;
  readonly #room: BackPressure;
  readonly #streams = new Map<number, ChannelStream>();
  /** The channel of the message under way, once it is known. */
  #channel: number | undefined;
  #rest = "";

  /** What comes on other channels than these is thrown away. */
  constructor(transport: Duplex, coding: ContentEncoding, channels: readonly number[]) {
    this.#coding = coding;
    this.#socket = new WebSocket(transport, (piece) => this.#take(piece));
    this.#room = new BackPressure(transport, () => this.#socket.ping());
    for (const channel of channels) this.#streams.set(channel, new ChannelStream(this, channel));
    this.#socket.gone.addEventListener("abort", () => this.#drop());
    this.#socket.start();
  }

  get gone(): AbortSignal {
    return this.#socket.gone;
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }

  /** One of those of the constructor. */
  stream(channel: number): ChannelStream {
    const stream = this.#streams.get(channel);
    if (stream === undefined) throw new Error(`no channel ${channel}`);
    return stream;
  }

  /** A message without content, too: the first one tells a client that it is connected. */
  send(id: number, bytes: Buffer, isLast: boolean, done: (error?: Error | null) => void): void {
    if (isLast) {
      // There is no word for the end of a channel; it comes with that of the whole.
      done();
      return;
    }
    const piece = bytes.subarray(0, FRAGMENT_BYTES);
    this.#socket.send(this.#coding.isBase64, this.#encode(id, piece), (error) => {
      if (error || piece.length === bytes.length) done(error);
      else this.send(id, bytes.subarray(FRAGMENT_BYTES), false, done);
    });
  }

  room(): void {
    this.#room.changed();
  }

  closed(): void {
    this.#room.changed();
  }

  #encode(id: number, bytes: Buffer): readonly Buffer[] {
    if (!this.#coding.isBase64) return [Buffer.from([id]), bytes];
    return [Buffer.from(String.fromCharCode(ZERO + id) + bytes.toString("base64"))];
  }

  #take({ isFirst, isLast, bytes }: Fragment): Promise<void> | undefined {
    if (isFirst) {
      this.#channel = undefined;
      this.#rest = "";
    }
    let content = bytes;
    if (this.#channel === undefined) {
      if (bytes.length === 0) return undefined;
      this.#channel = (bytes[0] ?? 0) - (this.#coding.isBase64 ? ZERO : 0);
      content = bytes.subarray(1);
    }
    if (this.#channel === CLOSES && this.#coding.canClose) {
      for (const channel of content) this.#streams.get(channel)?.receive(Buffer.alloc(0), true);
      return undefined;
    }
    return this.#receive(this.#channel, this.#coding.isBase64 ? this.#decode(content, isLast) : content);
  }

  #receive(channel: number, bytes: Buffer): Promise<void> | undefined {
    const stream = this.#streams.get(channel);
    const hasRoom = stream?.receive(bytes, false) ?? true;
    return stream === undefined || hasRoom ? undefined : this.#room.for(stream, this.#streams);
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

  #drop(): void {
    for (const stream of this.#streams.values()) stream.destroy();
  }
}
