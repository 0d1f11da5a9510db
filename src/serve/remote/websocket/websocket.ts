import { once } from "node:events";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { ProtocolError } from "../protocol-error.ts";
import * as ws from "./frames.ts";

/** How long a client may take to say goodbye, too, in milliseconds. */
const LINGER_MS = 5000;

/** The reasons for a close (RFC 6455, 7.4.1). */
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;

export type Fragment = Extract<ws.Frame, { readonly kind: "piece" }>;

/** The server's end of a WebSocket. */
export class WebSocket {
  readonly #transport: Duplex;
  readonly #take: (piece: Fragment) => Promise<void> | undefined;
  readonly #gone = new AbortController();
  #hasSaidGoodbye = false;

  /** `take` gets what the client sends, and may take its time; it throws ProtocolError. Nothing comes before `start`. */
  constructor(transport: Duplex, take: (piece: Fragment) => Promise<void> | undefined) {
    this.#transport = transport;
    this.#take = take;
    transport.on("error", () => undefined);
  }

  start(): this {
    void this.#serve();
    return this;
  }

  /** Aborted when the connection is over, whoever ended it. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** One whole message; calls `done` when the connection has taken it. */
  send(isText: boolean, parts: readonly Buffer[], done: (error?: Error | null) => void): void {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#transport.cork();
    this.#transport.write(ws.frameHead(isText ? ws.TEXT : ws.BINARY, length), parts.length === 0 ? done : undefined);
    parts.forEach((part, at) => {
      this.#transport.write(part, at === parts.length - 1 ? done : undefined);
    });
    this.#transport.uncork();
  }

  /** Anything that the client has to answer. */
  ping(): void {
    this.#tell(ws.PING, Buffer.alloc(0));
  }

  /** Says goodbye after all that was written, and waits until the client has done so, too. */
  async close(): Promise<void> {
    if (this.gone.aborted) return;
    const timer = setTimeout(() => this.#transport.destroy(), LINGER_MS);
    this.#goodbye(NORMAL);
    if (!this.gone.aborted) await once(this.gone, "abort");
    clearTimeout(timer);
  }

  async #serve(): Promise<void> {
    const frames = new ws.FrameReader();
    let broken: Error | undefined;
    try {
      for await (const bytes of this.#transport.iterator({ destroyOnReturn: false }))
        for (const frame of frames.push(bytes)) {
          if (frame.kind === "close") return await this.#end(NORMAL);
          await this.#handle(frame);
        }
    } catch (error) {
      broken = error as Error;
      if (error instanceof ProtocolError) await this.#end(PROTOCOL_ERROR);
    } finally {
      this.#hasSaidGoodbye = true;
      this.#transport.destroy(broken);
      this.#gone.abort();
    }
  }

  async #handle(frame: ws.Frame): Promise<void> {
    // After our goodbye all that matters is the client's.
    if (frame.kind === "piece" && !this.#hasSaidGoodbye) await this.#take(frame);
    // Who pings has to listen, too.
    if (frame.kind === "ping")
      await new Promise<void>((resolve) => this.#tell(ws.PONG, Buffer.from(frame.bytes), () => resolve()));
  }

  /** Waits until the last words are out. */
  async #end(code: number): Promise<void> {
    const timer = setTimeout(() => this.#transport.destroy(), LINGER_MS);
    this.#goodbye(code);
    this.#transport.end();
    await finished(this.#transport, { readable: false }).catch(() => undefined);
    clearTimeout(timer);
  }

  #goodbye(code: number): void {
    this.#tell(ws.CLOSE, ws.closeCode(code));
    this.#hasSaidGoodbye = true;
  }

  #tell(opcode: number, bytes: Buffer, done: () => void = () => undefined): void {
    if (this.#transport.writable && !this.#hasSaidGoodbye)
      this.#transport.write(Buffer.concat([ws.frameHead(opcode, bytes.length), bytes]), done);
    else done();
  }
}
