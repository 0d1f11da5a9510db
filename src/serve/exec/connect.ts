import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExecProcess } from "../../io/exec/process.ts";
import type { RemoteStreams } from "../remote/streams.ts";

/** Carries the streams until the command has ended and its output is sent, or until the client disconnects. */
export async function connect(command: ExecProcess, streams: RemoteStreams): Promise<void> {
  streams.gone.addEventListener("abort", () => command.end());
  if (streams.gone.aborted) command.end();
  streams.onResize((size) => command.resize(size));
  sendInput(streams.stdin, command.stdin);
  const outputs = [sendOutput(command.stdout, streams.stdout), sendOutput(command.stderr, streams.stderr)];
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

/**
 * Sends the client's input to the command. Input that the command does not read is discarded, because it would block the
 * connection.
 */
function sendInput(source: Readable | undefined, sink: Writable | undefined): void {
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

async function sendOutput(source: Readable | undefined, sink: Writable | undefined): Promise<void> {
  if (source === undefined) return;
  if (sink === undefined) source.resume();
  else await pipeline(source, sink, { end: false });
}
