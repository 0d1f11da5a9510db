import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** The default of streamingConnectionIdleTimeout (`defaults.go: SetDefaults_KubeletConfiguration`, v1.36). */
const IDLE_TIMEOUT_MS = 4 * 3_600_000;

/** A request, its response, and the upgrade to another protocol. */
export class RequestContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #head: Buffer | undefined;
  #hasSwitched = false;
  /** Called once the client has shown valid credentials. */
  onAuthenticated: () => void = () => undefined;

  /** `head` has the bytes that the client has sent after an upgrade request; undefined without such a request. */
  constructor(request: IncomingMessage, response: ServerResponse, head?: Buffer) {
    this.request = request;
    this.response = response;
    this.#head = head;
  }

  /** True when the client requests an upgrade. */
  get mayUpgrade(): boolean {
    return this.#head !== undefined;
  }

  /** True after the upgrade, when errors cannot be sent as HTTP responses any more. */
  get hasSwitched(): boolean {
    return this.#hasSwitched;
  }

  /** Sends status 101 with these headers and returns the connection, which is closed after 4 h without a byte. */
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

  /** The error of a failed connection; undefined for errors of the network. */
  get broken(): Error | undefined {
    const { errored } = this.request.socket;
    return errored !== null && !("code" in errored) ? errored : undefined;
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.request.socket.destroy();
  }
}
