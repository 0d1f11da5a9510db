import { once } from "node:events";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { ProtocolError } from "../protocol-error.ts";
import * as ws from "./frames.ts";

/** The time in which a client must answer a close frame. */
const LINGER_MS = 5000;

/** The status codes of a close frame (RFC 6455, 7.4.1). */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;

/** A part of a message of the client. */
export type Fragment = Extract<ws.Frame, { readonly kind: "fragment" }>;

/** The server's end of a WebSocket. */
export class WebSocket {
  readonly #transport: Duplex;
  readonly #take: (fragment: Fragment) => Promise<void> | undefined;
  readonly #gone = new AbortController();
  #hasSentClose = false;

  /**
   * `take` is called with each fragment of the client, after `start`. The next fragment waits for its promise. It throws
   * ProtocolError.
   */
  constructor(transport: Duplex, take: (fragment: Fragment) => Promise<void> | undefined) {
    this.#transport = transport;
    this.#take = take;
    transport.on("error", () => undefined);
  }

  start(): this {
    void this.#serve();
    return this;
  }

  /** Aborted when the connection has ended, by the client or by the server. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends one whole message, and calls `done` when the connection has accepted it. */
  send(isText: boolean, parts: readonly Buffer[], done: (error?: Error | null) => void): void {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#transport.cork();
    this.#transport.write(ws.frameHeader(isText ? ws.TEXT : ws.BINARY, length), parts.length === 0 ? done : undefined);
    parts.forEach((part, at) => {
      this.#transport.write(part, at === parts.length - 1 ? done : undefined);
    });
    this.#transport.uncork();
  }

  /** Sends a ping, which the client must answer. */
  ping(): void {
    this.#sendControl(ws.PING, Buffer.alloc(0));
  }

  /** Sends a close frame after all pending data, and waits for the client's close frame. */
  async close(): Promise<void> {
    if (this.gone.aborted) return;
    const timer = setTimeout(() => this.#transport.destroy(), LINGER_MS);
    this.#sendClose(NORMAL);
    if (!this.gone.aborted) await once(this.gone, "abort");
    clearTimeout(timer);
  }

  async #serve(): Promise<void> {
    const frames = new ws.FrameReader();
    let broken: Error | undefined;
    try {
      for await (const bytes of this.#transport.iterator({ destroyOnReturn: false }))
        for (const frame of frames.push(bytes)) {
          if (frame.kind === "close") return await this.#closeConnection(NORMAL);
          await this.#handle(frame);
        }
    } catch (error) {
      broken = error as Error;
      if (error instanceof ProtocolError) await this.#closeConnection(PROTOCOL_ERROR);
    } finally {
      this.#hasSentClose = true;
      this.#transport.destroy(broken);
      this.#gone.abort();
    }
  }

  async #handle(frame: ws.Frame): Promise<void> {
    // After the close frame of the server, only the client's close frame matters.
    if (frame.kind === "fragment" && !this.#hasSentClose) await this.#take(frame);
    // The next frame is read when the client has read the pong.
    if (frame.kind === "ping")
      await new Promise<void>((resolve) => this.#sendControl(ws.PONG, Buffer.from(frame.bytes), () => resolve()));
  }

  /** Sends a close frame and waits until it is written. */
  async #closeConnection(code: number): Promise<void> {
    const timer = setTimeout(() => this.#transport.destroy(), LINGER_MS);
    this.#sendClose(code);
    this.#transport.end();
    await finished(this.#transport, { readable: false }).catch(() => undefined);
    clearTimeout(timer);
  }

  #sendClose(code: number): void {
    this.#sendControl(ws.CLOSE, ws.closeCode(code));
    this.#hasSentClose = true;
  }

  #sendControl(opcode: number, bytes: Buffer, done: () => void = () => undefined): void {
    if (this.#transport.writable && !this.#hasSentClose)
      this.#transport.write(Buffer.concat([ws.frameHeader(opcode, bytes.length), bytes]), done);
    else done();
  }
}
