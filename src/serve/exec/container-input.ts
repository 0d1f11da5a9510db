import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { Writable } from "node:stream";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { inputPath } from "../../model/paths.ts";
import type { RunningContainer } from "./running-container.ts";

const { O_WRONLY, O_NONBLOCK } = constants;

const POLL_INTERVAL_MS = 50;
const OPEN_TIMEOUT_MS = 30_000;

/** Returns the standard input of this start of a container. */
export function inputOf({ unit, invocation, pod, container }: RunningContainer): Writable {
  return pipeInto(inputPath(pod.metadata.uid, container.name), () => runningInvocation(unit) === invocation);
}

/**
 * Returns a stream into a FIFO. A container counts as running before its shell opens the FIFO, which takes seconds on a
 * busy host. Writes wait for that while `isRunning`, for 30 s at most. Input after the program has closed it is discarded.
 */
export function pipeInto(path: string, isRunning: () => boolean): Writable {
  let pipe: Socket | undefined;
  const input: Writable = new Writable({
    construct(done) {
      const end = performance.now() + OPEN_TIMEOUT_MS;
      const poll = () => {
        pipe = input.destroyed ? undefined : openPipe(path)?.on("error", (error) => input.destroy(error));
        if (pipe !== undefined || input.destroyed || performance.now() > end || !isRunning()) done();
        else setTimeout(poll, POLL_INTERVAL_MS);
      };
      poll();
    },
    write(bytes, _, done) {
      if (pipe === undefined) done();
      else pipe.write(bytes, done);
    },
    final(done) {
      if (pipe === undefined) done();
      else pipe.end(done);
    },
    destroy(error, done) {
      pipe?.destroy();
      done(error);
    },
  });
  return input;
}

/** Returns the FIFO; undefined while no process reads from it. */
function openPipe(path: string): Socket | undefined {
  try {
    return new Socket({ fd: openSync(path, O_WRONLY | O_NONBLOCK), readable: false, writable: true });
  } catch {
    return undefined;
  }
}
