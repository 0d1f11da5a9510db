import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { expect } from "vitest";
import { ApiError } from "../../../src/io/kube/api-error.ts";
import { ApiClient } from "../../../src/io/kube/http.ts";
import type { Cluster } from "../../../src/model/host/config.ts";
import { selfSigned } from "../../../src/serve/auth/self-signed.ts";

const HOUR_MS = 3_600_000;

interface ReceivedRequest {
  readonly request: IncomingMessage;
  readonly body: string;
  /** The common name of the client's certificate; "" without one. */
  readonly user: string;
}

/** An HTTPS server on the loopback address that records each request and answers it as the test says. */
export class LoopbackApi implements AsyncDisposable {
  /** PEM, for `127.0.0.1` and `api.example`. */
  readonly certificate: string;
  readonly requests: ReceivedRequest[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end("{}");
  readonly #server: Server;
  readonly #clients: ApiClient[] = [];

  private constructor(certificate: string, key: string) {
    this.certificate = certificate;
    this.#server = createServer({ cert: certificate, key, requestCert: true, rejectUnauthorized: false });
    this.#server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        this.requests.push({ request, body: Buffer.concat(pieces).toString(), user: String(subject?.CN ?? "") });
        this.answer(request, response);
      });
    });
  }

  static async start(): Promise<LoopbackApi> {
    const { certificate, key } = selfSigned("api", ["127.0.0.1", "api.example"], Date.now(), HOUR_MS);
    const api = new LoopbackApi(certificate, key);
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A client that trusts this server, but for the `change`. */
  connect(change: Partial<Cluster> = {}, timeout = 60_000, deadline = Date.now() + 60_000): ApiClient {
    const cluster = { server: this.url, ca: { data: this.certificate }, insecureSkipTLSVerify: false, ...change };
    const client = new ApiClient(cluster, timeout, deadline);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function get(client: ApiClient, path = "/version"): Promise<unknown> {
  return client.json({ method: "GET", path });
}

/** A client certificate that a user has signed itself: `LoopbackApi` accepts it. */
export function keyPairOf(user: string): Partial<Cluster> {
  const pair = selfSigned(user, [user], Date.now(), HOUR_MS);
  return { certificate: { data: pair.certificate }, key: { data: pair.key } };
}

/** The fields of the ApiError that a call ends with. */
export async function errorOf(call: Promise<unknown>) {
  const error = await call.then(
    () => expect.unreachable("the call must fail"),
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ApiError);
  const { message, status, reason } = error as ApiError;
  return { message: message.replace(/:\d{2,}/, ":PORT"), status, reason };
}
