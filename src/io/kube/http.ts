import { Agent, request } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Instant } from "../../model/api/time.ts";
import type { Cluster, FileOrData } from "../../model/host/config.ts";
import { readAdministratorFile } from "../administrator-file.ts";
import { onTimeout } from "../timeout.ts";
import { ApiError } from "./api-error.ts";
import { decoded, MAX_RESPONSE_BYTES, retryAfter, statusOf } from "./list-result.ts";
import { canBeHeld } from "./refusals.ts";
import type { WriteGate } from "./write-gate.ts";

export const MERGE_PATCH_TYPE = "application/merge-patch+json";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  /** What a write is about, where the path does not say that: the UID of a pod, or the reason of an Event. */
  readonly about?: string;
}

interface Response {
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfter: string | undefined;
}

/** An HTTPS client of the API server, with 6 connections at most. Every request ends with a response, an error or a timeout. */
export class ApiClient {
  #options: object | undefined;
  readonly #cluster: Cluster;
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 6 });
  readonly #timeout: number;
  readonly #deadline: Instant;
  readonly #gate: WriteGate | undefined;
  #lastResponse: { readonly date: string; readonly at: Instant } | undefined;

  /**
   * Each call may take `timeout` milliseconds, and none continues after `deadline`. `gate` holds back what was refused.
   */
  constructor(cluster: Cluster, timeout: number, deadline: Instant, gate?: WriteGate) {
    this.#gate = gate;
    this.#url = new URL(cluster.server);
    this.#timeout = timeout;
    this.#deadline = deadline;
    this.#cluster = cluster;
  }

  /** Returns the options of a connection. Throws ApiError when the credentials cannot be read. */
  #connection(): object {
    const cluster = this.#cluster;
    const token = contentOf(cluster.token)?.trim();
    return {
      agent: this.#agent,
      // Created once, because each connection of a burst would parse the same PEM again.
      secureContext: secureContext(cluster),
      rejectUnauthorized: !cluster.insecureSkipTLSVerify,
      ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
      headers: {
        "user-agent": "unitlet",
        accept: "application/json",
        // Compression makes the list of pods, which is most of a node's traffic, 15 times smaller.
        "accept-encoding": "gzip",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
    };
  }

  /** Returns the body of the response. Throws ApiError for every status but 2xx. */
  call(call: ApiRequest): Promise<Buffer> {
    if (this.#gate === undefined || !canBeHeld(call)) return this.#call(call);
    return this.#gate.pass(call, () => this.#call(call));
  }

  async #call({ method, path, body, contentType = "application/json" }: ApiRequest): Promise<Buffer> {
    this.#options ??= this.#connection();
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const response = await this.#send(method, path, payload, contentType);
    if (response.status >= 200 && response.status < 300) return response.body;
    // A process that serves for long has to read a renewed certificate.
    if (response.status === 401) this.#options = undefined;
    const { reason, message } = statusOf(response.body);
    const text = `${method} ${path.split("?")[0]}: ${response.status} ${message}`;
    throw new ApiError(text, response.status, reason, retryAfter(response.retryAfter));
  }

  /** Returns the parsed body of the response. Throws ApiError for every status but 2xx, and for a body that is not JSON. */
  async json<T>(call: ApiRequest): Promise<T> {
    const body = await this.call(call);
    try {
      return JSON.parse(body.toString()) as T;
    } catch (cause) {
      throw new ApiError(`${call.method} ${call.path.split("?")[0]}: the response is not JSON`, 0, "NotJSON", {
        cause,
      });
    }
  }

  /** Returns by how many ms the API server's clock is ahead. Its `Date` has whole seconds, so less than 1,000 means nothing. */
  clockSkew(): number | undefined {
    if (this.#lastResponse === undefined) return undefined;
    const skew = Date.parse(this.#lastResponse.date) - this.#lastResponse.at;
    return Number.isNaN(skew) ? undefined : skew;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, payload: Buffer | undefined, contentType: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        cancelTimeout();
        reject(
          new ApiError(
            `${method} ${path.split("?")[0]}: ${this.#url.host} did not answer: ${cause.message || (cause as NodeJS.ErrnoException).code}`,
            0,
            "Unreachable",
            { cause },
          ),
        );
      };
      const options = {
        ...this.#options,
        method,
        host: this.#url.hostname.replace(/^\[|\]$/g, ""),
        port: this.#url.port || 443,
        path: this.#url.pathname.replace(/\/$/, "") + path,
      };
      const call = request(options, (response) => {
        const chunks: Buffer[] = [];
        if (response.headers.date) this.#lastResponse = { date: response.headers.date, at: Date.now() };
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_RESPONSE_BYTES)
            call.destroy(new Error(`the response has more than ${MAX_RESPONSE_BYTES} bytes`));
          else chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () => {
          cancelTimeout();
          try {
            const { "content-encoding": encoding, "retry-after": retryAfter } = response.headers;
            resolve({ status: response.statusCode ?? 0, body: decoded(chunks, encoding), retryAfter });
          } catch (error) {
            fail(error as Error);
          }
        });
      });
      // The limit covers the whole response, because a server may send a few bytes for ever.
      const limit = Math.max(1, Math.min(this.#timeout, this.#deadline - Date.now()));
      const cancelTimeout = onTimeout(limit, () => call.destroy(new Error(`no complete answer within ${limit} ms`)));
      call.on("error", fail);
      if (payload !== undefined) {
        call.setHeader("content-type", contentType);
        call.setHeader("content-length", payload.length);
      }
      call.end(payload);
    });
  }
}

function noCredentials(problem: string, cause: unknown): ApiError {
  return new ApiError(`${problem}: ${(cause as Error).message}`, 0, "NoCredentials", { cause });
}

function secureContext({ ca, certificate, key }: Cluster): SecureContext {
  try {
    return createSecureContext({ ca: contentOf(ca), cert: contentOf(certificate), key: contentOf(key) });
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw noCredentials("The certificate, key or CA of the kubeconfig cannot be used", cause);
  }
}

/** Returns the content of a file or an inline value of the kubeconfig. Throws ApiError when the file cannot be read. */
export function contentOf(source: FileOrData | undefined): string | undefined {
  if (source === undefined) return undefined;
  if ("data" in source) return source.data;
  try {
    return readAdministratorFile(source.file).toString();
  } catch (cause) {
    throw noCredentials(`Cannot read ${source.file}, which the kubeconfig names`, cause);
  }
}
