import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { Writable } from "node:stream";
import { runningInvocation } from "../../io/systemd/invocations.ts";
import { inputPath } from "../../model/paths.ts";
import type { RunningContainer } from "./running-container.ts";

const { O_WRONLY, O_NONBLOCK } = constants;

/** Milliseconds. */
const POLL_INTERVAL_MS = 50;
const OPEN_TIMEOUT_MS = 30_000;

/** A way into what this run of a container reads. */
export function inputOf({ unit, invocation, pod, container }: RunningContainer): Writable {
  return pipeInto(inputPath(pod.metadata.uid, container.name), () => runningInvocation(unit) === invocation);
}

/**
 * A container counts as running before its shell has come so far as to open its pipe, on a busy host by seconds: what is
 * written waits until then, as long as `isThere`. What nobody reads, since the program has closed it, is taken and forgotten.
 */
export function pipeInto(path: string, isThere: () => boolean): Writable {
  let pipe: Socket | undefined;
  const input: Writable = new Writable({
    construct(done) {
      const end = performance.now() + OPEN_TIMEOUT_MS;
      const look = () => {
        pipe = input.destroyed ? undefined : openPipe(path)?.on("error", (error) => input.destroy(error));
        if (pipe !== undefined || input.destroyed || performance.now() > end || !isThere()) done();
        else setTimeout(look, POLL_INTERVAL_MS);
      };
      look();
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

/** Undefined while nobody reads there. */
function openPipe(path: string): Socket | undefined {
  try {
    return new Socket({ fd: openSync(path, O_WRONLY | O_NONBLOCK), readable: false, writable: true });
  } catch {
    return undefined;
  }
}
