import { finished } from "node:stream/promises";
import type { ChannelStream } from "./channel-stream.ts";
import type { Headers } from "./spdy/headers.ts";

/**
 * The time in which the second stream of a pair must follow (apimachinery's `remotecommand/constants.go:
 * DefaultStreamCreationTimeout`).
 */
const OPEN_TIMEOUT_MS = 30_000;

interface StreamPair {
  readonly id: string;
  readonly timer: NodeJS.Timeout;
  data?: ChannelStream;
  error?: ChannelStream;
}

/** The connections of one port-forward. Each has a stream with the data and another one for an error message. */
export class ForwardPairs {
  readonly #forward: (port: number, data: ChannelStream) => Promise<void>;
  readonly #waiting = new Map<string, StreamPair>();

  /** `forward` connects a stream with a port. Its error messages are sent to the client. */
  constructor(forward: (port: number, data: ChannelStream) => Promise<void>) {
    this.#forward = forward;
  }

  /** Adds a stream. Returns false for a stream that cannot be used and must be reset. */
  add(stream: ChannelStream, headers: Headers): boolean {
    const type = headers.get("streamtype");
    const port = parsePort(headers.get("port") ?? "");
    if (port === undefined || (type !== "data" && type !== "error")) return false;
    // Clients before Kubernetes 1.2 send no request ID, but open the error stream and then the data stream.
    const id = headers.get("requestid") || `${stream.id - (type === "data" ? 2 : 0)}`;
    const pair = this.#waiting.get(id) ?? this.#create(id);
    if (pair[type] !== undefined) {
      pair.error?.write(`error processing stream for request ${id}: ${type} stream already assigned`);
      return false;
    }
    pair[type] = stream;
    if (pair.data !== undefined && pair.error !== undefined) void this.#run(pair, port, pair.data, pair.error);
    return true;
  }

  /** Cancels the timeouts of incomplete pairs. */
  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #create(id: string): StreamPair {
    const timer = setTimeout(() => this.#expire(id), OPEN_TIMEOUT_MS);
    const pair: StreamPair = { id, timer };
    this.#waiting.set(id, pair);
    return pair;
  }

  #expire(id: string): void {
    const pair = this.#waiting.get(id);
    this.#waiting.delete(id);
    pair?.error?.end(`(request=${id}) timed out waiting for streams`);
    pair?.data?.destroy();
  }

  async #run(pair: StreamPair, port: number, data: ChannelStream, error: ChannelStream): Promise<void> {
    clearTimeout(pair.timer);
    this.#waiting.delete(pair.id);
    error.resume();
    try {
      await this.#forward(port, data);
      error.end();
    } catch (failure) {
      error.end((failure as Error).message);
      await finished(error, { readable: false }).catch(() => undefined);
      data.destroy();
    }
  }
}

/** Returns a port from 1 to 65,535; undefined for other texts. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}
