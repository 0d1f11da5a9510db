import { Duplex } from "node:stream";
import { ProtocolError } from "../protocol-error.ts";
import { WebSocket } from "./websocket.ts";

/** A byte stream in the binary messages of a WebSocket. */
export class WebSocketTunnel extends Duplex {
  readonly #transport: Duplex;
  readonly #socket: WebSocket;
  #onRead: () => void = () => undefined;

  constructor(transport: Duplex) {
    super();
    this.#transport = transport;
    this.#socket = new WebSocket(transport, ({ isText, bytes }) => {
      if (isText) throw new ProtocolError("a tunnel takes binary messages only");
      return bytes.length === 0 || this.push(bytes) ? undefined : this.#taken();
    });
    this.#socket.gone.addEventListener("abort", () => {
      this.push(null);
      this.#onRead();
    });
    this.#socket.start();
  }

  override _read(): void {
    this.#onRead();
  }

  override _write(bytes: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.send(false, [bytes], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.send(
      false,
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.close().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#onRead();
    if (error) {
      this.#transport.destroy(error);
      done(error);
    } else this.#socket.close().then(() => done(), done);
  }

  async #taken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onRead = resolve;
    });
  }
}
