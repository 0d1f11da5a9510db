import { finished } from "node:stream/promises";
import type { ChannelStream } from "./channel-stream.ts";
import type { Headers } from "./spdy/headers.ts";

/** How long the second stream of a pair may keep the first one waiting, in milliseconds. As the kubelet. */
const OPEN_TIMEOUT_MS = 30_000;

interface Pair {
  readonly id: string;
  readonly timer: NodeJS.Timeout;
  data?: ChannelStream;
  error?: ChannelStream;
}

/** The connections within a port-forward: of each one stream has the data, and another one says what went wrong. */
export class ForwardPairs {
  readonly #forward: (port: number, data: ChannelStream) => Promise<void>;
  readonly #waiting = new Map<string, Pair>();

  /** `forward` connects a stream with a port; its errors are for the client. */
  constructor(forward: (port: number, data: ChannelStream) => Promise<void>) {
    this.#forward = forward;
  }

  /** False for a stream that is of no use: it is to be refused. */
  add(stream: ChannelStream, headers: Headers): boolean {
    const type = headers.get("streamtype");
    const port = parsePort(headers.get("port") ?? "");
    if (port === undefined || (type !== "data" && type !== "error")) return false;
    // Clients of long ago have no identifiers, but open a pair's streams one after the other: error, data.
    const id = headers.get("requestid") || `${stream.id - (type === "data" ? 2 : 0)}`;
    const pair = this.#waiting.get(id) ?? this.#begin(id);
    if (pair[type] !== undefined) {
      pair.error?.write(`error processing stream for request ${id}: ${type} stream already assigned`);
      return false;
    }
    pair[type] = stream;
    if (pair.data !== undefined && pair.error !== undefined) void this.#run(pair, port, pair.data, pair.error);
    return true;
  }

  /** Nobody waits any more. */
  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #begin(id: string): Pair {
    const timer = setTimeout(() => this.#giveUp(id), OPEN_TIMEOUT_MS);
    const pair: Pair = { id, timer };
    this.#waiting.set(id, pair);
    return pair;
  }

  #giveUp(id: string): void {
    const pair = this.#waiting.get(id);
    this.#waiting.delete(id);
    pair?.error?.end(`(request=${id}) timed out waiting for streams`);
    pair?.data?.destroy();
  }

  async #run(pair: Pair, port: number, data: ChannelStream, error: ChannelStream): Promise<void> {
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

/** Undefined for what is no port that can be connected to. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}
