import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** As the kubelet's streamingConnectionIdleTimeout. In milliseconds. */
const IDLE_TIMEOUT_MS = 4 * 3_600_000;

/** A request, its answer, and the way out of HTTP for a client that asks for it. */
export class RequestContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #head: Buffer | undefined;
  #hasSwitched = false;
  /** Called once the client has shown valid credentials. */
  onAuthenticated: () => void = () => undefined;

  /** `head`: what the client has sent after a request to leave HTTP; undefined: it is content with HTTP. */
  constructor(request: IncomingMessage, response: ServerResponse, head?: Buffer) {
    this.request = request;
    this.response = response;
    this.#head = head;
  }

  /** Whether the client asks to leave HTTP. */
  get mayUpgrade(): boolean {
    return this.#head !== undefined;
  }

  /** From here on an error can only be said by what the client has switched to, or by closing. */
  get hasSwitched(): boolean {
    return this.#hasSwitched;
  }

  /** Answers 101 with these headers; returns the bare connection, which dies after four hours without a byte. */
  switchProtocols(headers: Readonly<Record<string, string>>): Duplex {
    const socket = this.request.socket as Socket;
    this.#hasSwitched = true;
    this.response.detachSocket(socket);
    const lines = Object.entries({ Connection: "Upgrade", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
    if (this.#head !== undefined && this.#head.length > 0) socket.unshift(this.#head);
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
    return socket;
  }

  /** What the connection has broken off for, when that was not the network's doing. */
  get broken(): Error | undefined {
    const { errored } = this.request.socket;
    return errored !== null && !("code" in errored) ? errored : undefined;
  }

  /** Breaks the connection off, whatever is spoken on it. */
  destroy(): void {
    this.request.socket.destroy();
  }
}
