import { PassThrough } from "node:stream";
import type { TerminalSize } from "../../../src/model/stream-request.ts";
import type { RemoteEnd, RemoteStreams } from "../../../src/serve/remote/streams.ts";
import { until } from "../../support/until.ts";

/** What a client would have at its end. */
export class Client {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly #gone = new AbortController();
  readonly #sizes: ((size: TerminalSize) => void)[] = [];
  end: RemoteEnd | undefined;
  /** The standard output so far. */
  #said: string | undefined;

  readonly streams: RemoteStreams = {
    stdin: this.stdin,
    stdout: this.stdout,
    stderr: this.stderr,
    gone: this.#gone.signal,
    onResize: (listener) => void this.#sizes.push(listener),
    finish: async (end) => {
      this.end = end;
      this.stdout.end();
      this.stderr.end();
    },
  };

  async waitForOutput(pattern: RegExp): Promise<string> {
    if (this.#said === undefined) {
      this.#said = "";
      this.stdout.setEncoding("utf8").on("data", (text) => {
        this.#said += text;
      });
    }
    const poll = () => [pattern.test(this.#said ?? ""), this.#said] as const;
    return String((await until(poll, { what: String(pattern) }))[1]);
  }

  leave(): void {
    this.#gone.abort();
  }

  resize(width: number, height: number): void {
    for (const tell of this.#sizes) tell({ width, height });
  }
}
