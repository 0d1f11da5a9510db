import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";

/** Copies between a stream and a connection with a port of the pod until both sides have ended. */
export async function forward(socket: Socket, stream: Duplex): Promise<void> {
  if (stream.destroyed) socket.destroy();
  // Each direction ends on its own, but an error ends both.
  stream.once("close", () => {
    if (!stream.readableEnded || !stream.writableFinished) socket.destroy();
  });
  socket.once("error", () => stream.destroy());
  stream.pipe(socket);
  socket.pipe(stream);
  await Promise.all([closed(socket), closed(stream)]);
}

async function closed(stream: Duplex): Promise<void> {
  await finished(stream).catch(() => undefined);
}
