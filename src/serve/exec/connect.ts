import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RemoteStreams } from "../remote/streams.ts";
import type { ExecProcess } from "./process.ts";

/** Until the command has ended and all that it wrote is sent, or the client is gone. */
export async function connect(command: ExecProcess, streams: RemoteStreams): Promise<void> {
  streams.gone.addEventListener("abort", () => command.end());
  if (streams.gone.aborted) command.end();
  streams.onResize((size) => command.resize(size));
  feed(streams.stdin, command.stdin);
  const outputs = [carry(command.stdout, streams.stdout), carry(command.stderr, streams.stderr)];
  try {
    const [status] = await Promise.all([command.ended, ...outputs]);
    if (!streams.gone.aborted) await streams.finish({ kind: "exited", status });
  } catch (error) {
    if (streams.gone.aborted) return;
    await streams.finish({ kind: "failed", message: (error as Error).message });
  } finally {
    command.stdin?.destroy();
  }
}

/** What the command does not want to read is no error, and must not hold up what else comes over the connection. */
function feed(source: Readable | undefined, sink: Writable | undefined): void {
  if (source === undefined) return;
  if (sink === undefined) {
    source.resume();
    return;
  }
  const discard = () => {
    source.unpipe(sink);
    source.resume();
  };
  sink.on("error", discard).on("close", discard);
  source.pipe(sink);
}

async function carry(source: Readable | undefined, sink: Writable | undefined): Promise<void> {
  if (source === undefined) return;
  if (sink === undefined) source.resume();
  else await pipeline(source, sink, { end: false });
}
