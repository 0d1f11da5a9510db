import type { Socket } from "node:net";
import { Writable } from "node:stream";
import { type ConnectHelper, connectHelper } from "../../io/api-helper.ts";
import type { RunningContainer } from "./running-container.ts";

/**
 * Returns the standard input of this start of a container. A container counts as running before its shell opens the named
 * pipe, which takes seconds on a busy host. `api-helper` waits for that and holds the input until then, for 30 s at most. Input
 * after the program has closed the pipe is discarded.
 */
export function inputOf(
  { unit, invocation }: Pick<RunningContainer, "unit" | "invocation">,
  connect: ConnectHelper = connectHelper,
): Writable {
  let socket: Socket | undefined;
  const input: Writable = new Writable({
    construct(done) {
      const use = (opened: Socket) => {
        if (input.destroyed) return void opened.destroy();
        socket = opened.on("error", (error) => input.destroy(error)).on("end", () => input.destroy());
        // The helper sends nothing but the end.
        socket.resume().write(`input ${unit} ${invocation}\n`);
        done();
      };
      connect().then(use, done);
    },
    write(bytes, _, done) {
      if (socket === undefined) done();
      else socket.write(bytes, done);
    },
    final(done) {
      if (socket === undefined) done();
      else socket.end(done);
    },
    destroy(error, done) {
      socket?.destroy();
      done(error);
    },
  });
  return input;
}
