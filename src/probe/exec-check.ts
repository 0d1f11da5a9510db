import { spawn } from "node:child_process";
import { killSession } from "../io/pods/session.ts";
import { onTimeout } from "../io/timeout.ts";
import type { UnitName } from "../model/unit.ts";
import type { Outcome } from "./probe-state.ts";

/** The number of bytes of a command's output that are read (`probe/exec/exec.go: maxReadLength`, v1.36). */
const MAX_OUTPUT_BYTES = 10 * 1024;
/** Messages of `container-enter`, of crun, and of a shell that starts before the container's files are mounted. */
const NOT_ENTERED =
  /^unitlet: container not running|^the container `[^`]*` is not running|^error opening file `\/run\/crun\/|: cannot open \/run\/unitlet\/env/;
/** The time in which output that was written before the exit still arrives. */
const LINGER_MS = 100;

/**
 * Runs a command in the container, as its user and with its variables; exit status 0 is success. Undefined means that the
 * container was starting or stopping, and could not be entered. `timeout` is in seconds.
 */
export function checkExec(
  enter: string,
  unit: UnitName,
  command: readonly string[],
  timeout: number,
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    // The command has a session of its own, so that a timeout ends all processes that it has started.
    const child = spawn(enter, [unit, "--", ...command], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = Buffer.alloc(0);
    let timedOut = false;
    const readChunk = (chunk: Buffer) => {
      if (output.length < MAX_OUTPUT_BYTES) output = Buffer.concat([output, chunk]).subarray(0, MAX_OUTPUT_BYTES);
    };
    child.stdout.on("data", readChunk);
    child.stderr.on("data", readChunk);
    const end = (outcome: Outcome | undefined) => {
      cancelTimeout();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(outcome);
    };
    const cancelTimeout = onTimeout(timeout * 1000, () => {
      timedOut = true;
      if (child.pid !== undefined) killSession(child.pid);
    });
    child.once("error", ({ message }) => end({ success: false, message }));
    const exited = (code: number | null) => {
      const text = output.toString();
      if (timedOut)
        end({ success: false, message: `command timed out: "${command.join(" ")}" timed out after ${timeout}s` });
      else if (NOT_ENTERED.test(text)) end(undefined);
      else end({ success: code === 0, message: code === 0 ? "" : text });
    };
    child.once("close", exited);
    // Output may arrive after the exit. A process that the command left behind may hold the pipe open for ever.
    child.once("exit", (code) => setTimeout(exited, LINGER_MS, code));
  });
}
