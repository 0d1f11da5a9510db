import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";

/** A request that reaches the proxy. */
export interface ProxyRequest {
  readonly method: string;
  /** The path with the query. */
  readonly path: string;
}

/** The fault of one response. With `status` or `body` the proxy responds itself, otherwise the API server does. */
export interface Fault {
  readonly status?: number;
  readonly body?: string | object;
  readonly headers?: Record<string, string>;
  readonly delayMs?: number;
  /** The number of bytes of the body after which the connection breaks. */
  readonly truncateAt?: number;
  /** True when the connection stays open without a response. */
  readonly hang?: boolean;
  /** True when the connection breaks before a response. */
  readonly reset?: boolean;
  /** True when the API server gets the request and answers it, and the connection breaks instead of the response. */
  readonly loseAnswer?: boolean;
}

/** A request with its response so far. */
export interface RecordedRequest extends ProxyRequest {
  /** The status of the response; 0 before it begins. */
  status: number;
  /** The number of bytes of the response's body. */
  bytes: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
}

type Rule = (request: ProxyRequest) => Fault | undefined;

/**
 * A proxy between a node and the API server that changes responses by the rules of a test. It cannot pass a client
 * certificate on, so the node needs a token: `cluster.nodeKubeconfig("node-1", { token: true, server:
 * proxy.urlFor(machine.hostAddress) })`.
 */
export class FaultProxy implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  private readonly server: Server;
  private readonly upstream: string;
  private readonly agent: Agent;
  private rules: Rule[] = [];

  private constructor(server: Server, upstream: string, agent: Agent) {
    this.server = server;
    this.upstream = upstream;
    this.agent = agent;
    server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
      // The node sees every error of the proxy as a broken connection.
      this.handle(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  static async start(cluster: Cluster): Promise<FaultProxy> {
    const directory = mkdtempSync(join(tmpdir(), "unitlet-proxy-"));
    await cluster.servingCertificate(directory, ["localhost", "127.0.0.1", "::1", "10.203.0.1", "fd75:6e69:74::1"]);
    const [cert, key] = ["tls.crt", "tls.key"].map((file) => readFileSync(join(directory, file)));
    rmSync(directory, { recursive: true });
    // Idle connections stay open, as with an API server. Node's default of 5 s would break the requests of a stalled machine.
    const server = createServer({ cert, key, keepAliveTimeout: 600_000 });
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, resolve));
    // Idle connections are closed before the API server closes them, which would break a request at the same time.
    const agent = new Agent({ ca: readFileSync(cluster.ca), keepAlive: true, timeout: 30_000 });
    return new FaultProxy(server, cluster.url, agent);
  }

  urlFor(hostAddress: string): string {
    return `https://${hostAddress}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Adds a rule. The first rule that returns a fault applies. */
  on(rule: Rule): void {
    this.rules.push(rule);
  }

  /** Removes the rules and the recorded requests. */
  clear(): void {
    this.rules = [];
    this.requests.length = 0;
  }

  /** Breaks all connections of nodes. */
  breakConnections(): void {
    this.server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    this.agent.destroy();
    await closed;
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const record: RecordedRequest = { method: incoming.method ?? "", path: incoming.url ?? "", status: 0, bytes: 0 };
    this.requests.push(record);
    const fault = this.faultFor(record);
    if (fault.delayMs) await sleep(fault.delayMs);
    if (fault.hang) return;
    if (fault.reset) throw new Error("reset");
    const answer = ownAnswer(fault) ?? (await this.forward(incoming, outgoing));
    if (fault.loseAnswer) {
      for await (const _ of answer.body);
      throw new Error("lost");
    }
    await send(answer, fault, outgoing, record);
  }

  private faultFor(seen: ProxyRequest): Fault {
    for (const rule of this.rules) {
      const fault = rule(seen);
      if (fault) return fault;
    }
    return {};
  }

  private forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Answer> {
    const { host: _, ...headers } = incoming.headers;
    const url = this.upstream + incoming.url;
    return new Promise((resolve, reject) => {
      const onward = request(url, { method: incoming.method, headers, agent: this.agent }, (body) => {
        resolve({ status: body.statusCode ?? 502, headers: body.headers, body });
      });
      onward.on("error", reject);
      outgoing.on("close", () => onward.destroy());
      incoming.pipe(onward);
    });
  }
}

function ownAnswer(fault: Fault): Answer | undefined {
  if (fault.status === undefined && fault.body === undefined) return undefined;
  const text = typeof fault.body === "object" ? JSON.stringify(fault.body) : (fault.body ?? "");
  const bytes = Buffer.from(text);
  const headers = { "content-type": "application/json", "content-length": `${bytes.length}` };
  return { status: fault.status ?? 200, headers, body: Readable.from([bytes]) };
}

async function send(answer: Answer, fault: Fault, outgoing: ServerResponse, record: RecordedRequest): Promise<void> {
  const { connection: _, ...headers } = answer.headers;
  record.status = answer.status;
  outgoing.writeHead(answer.status, { ...headers, ...fault.headers });
  outgoing.flushHeaders();
  for await (const chunk of answer.body) {
    const room = (fault.truncateAt ?? Number.POSITIVE_INFINITY) - record.bytes;
    const part = chunk.subarray(0, room);
    record.bytes += part.length;
    await new Promise((resolve) => outgoing.write(part, resolve));
    if (part.length < chunk.length) throw new Error("truncated");
  }
  outgoing.end();
}
