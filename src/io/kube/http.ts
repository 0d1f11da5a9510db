import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Instant } from "../../model/api/time.ts";
import type { Cluster, FileOrData } from "../../model/host/config.ts";
import { onTimeout } from "../timeout.ts";
import { decoded, MAX_RESPONSE_BYTES, statusOf } from "./list-result.ts";

export const MERGE_PATCH_TYPE = "application/merge-patch+json";

/** The API server could not be asked, or said no. `status` is 0 when there was no answer. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;

  /** By its name: each bundle has a class of its own, and errors cross from one to the other. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "ApiError";
  }

  constructor(message: string, status: number, reason: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.reason = reason;
  }
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
}

/** One connection's worth of HTTPS to the API server; a request is answered, refused or timed out, never left open. */
export class ApiClient {
  #options: object | undefined;
  readonly #cluster: Cluster;
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 6 });
  readonly #timeout: number;
  readonly #deadline: Instant;
  #answered: { readonly date: string; readonly at: Instant } | undefined;

  /** Each call may take `timeout` milliseconds, and none goes on after `deadline`: the run has other things to do. */
  constructor(cluster: Cluster, timeout: number, deadline: Instant) {
    this.#url = new URL(cluster.server);
    this.#timeout = timeout;
    this.#deadline = deadline;
    this.#cluster = cluster;
  }

  /** Throws ApiError: without its credentials a node is as good as cut off, and looks after its host all the same. */
  #connection(): object {
    const cluster = this.#cluster;
    const token = contentOf(cluster.token)?.trim();
    return {
      agent: this.#agent,
      // Made once: each connection of a burst would parse the same PEM again.
      secureContext: secureContext(cluster),
      rejectUnauthorized: !cluster.insecureSkipTLSVerify,
      ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
      headers: {
        "user-agent": "unitlet",
        accept: "application/json",
        // A list of pods is a fifteenth as long: what a node sends and receives all day is mostly that list.
        "accept-encoding": "gzip",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
    };
  }

  /** The answer's body; throws ApiError for anything but 2xx. */
  async call({ method, path, body, contentType = "application/json" }: ApiRequest): Promise<Buffer> {
    this.#options ??= this.#connection();
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const answer = await this.#send(method, path, payload, contentType);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    // In a process that stays: its certificate may have been renewed meanwhile.
    if (answer.status === 401) this.#options = undefined;
    const { reason, message } = statusOf(answer.body);
    throw new ApiError(`${method} ${path.split("?")[0]}: ${answer.status} ${message}`, answer.status, reason);
  }

  async json<T>(call: ApiRequest): Promise<T> {
    const body = await this.call(call);
    try {
      return JSON.parse(body.toString()) as T;
    } catch (cause) {
      throw new ApiError(`${call.method} ${call.path.split("?")[0]}: the answer is not JSON`, 0, "BadAnswer", cause);
    }
  }

  /** Milliseconds by which the API server's clock is ahead of ours, by its last answer; whole seconds, so small ones mean nothing. */
  clockSkew(): number | undefined {
    if (this.#answered === undefined) return undefined;
    const skew = Date.parse(this.#answered.date) - this.#answered.at;
    return Number.isNaN(skew) ? undefined : skew;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: string,
    path: string,
    payload: Buffer | undefined,
    contentType: string,
  ): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        answered();
        reject(
          new ApiError(
            `${method} ${path.split("?")[0]}: ${this.#url.host} did not answer: ${cause.message || (cause as NodeJS.ErrnoException).code}`,
            0,
            "Unreachable",
            cause,
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
        if (response.headers.date) this.#answered = { date: response.headers.date, at: Date.now() };
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_RESPONSE_BYTES) call.destroy(new Error("the answer does not end"));
          else chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () => {
          answered();
          try {
            resolve({ status: response.statusCode ?? 0, body: decoded(chunks, response.headers["content-encoding"]) });
          } catch (error) {
            fail(error as Error);
          }
        });
      });
      // One limit on the whole exchange: an answer that trickles in for ever is no answer.
      const limit = Math.max(1, Math.min(this.#timeout, this.#deadline - Date.now()));
      const answered = onTimeout(limit, () => call.destroy(new Error(`no complete answer within ${limit} ms`)));
      call.on("error", fail);
      if (payload !== undefined) {
        call.setHeader("content-type", contentType);
        call.setHeader("content-length", payload.length);
      }
      call.end(payload);
    });
  }
}

function secureContext({ ca, certificate, key }: Cluster): SecureContext {
  try {
    return createSecureContext({ ca: contentOf(ca), cert: contentOf(certificate), key: contentOf(key) });
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError(
      `The kubeconfig's certificate, key or authority cannot be used: ${(cause as Error).message}`,
      0,
      "NoCredentials",
      cause,
    );
  }
}

export function contentOf(source: FileOrData | undefined): string | undefined {
  if (source === undefined) return undefined;
  if ("data" in source) return source.data;
  try {
    return readFileSync(source.file, "utf8");
  } catch (cause) {
    throw new ApiError(
      `Cannot read ${source.file}, which the kubeconfig names: ${(cause as Error).message}`,
      0,
      "NoCredentials",
      cause,
    );
  }
}

/** Undefined for what is not there. */
export async function ignoreNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
