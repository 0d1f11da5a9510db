import { spawn } from "node:child_process";
import { killSession } from "../io/pods/session.ts";
import { onTimeout } from "../io/timeout.ts";
import type { UnitName } from "../model/unit.ts";
import type { Outcome } from "./probe-state.ts";

/** Nobody reads more of what a command says than the kubelet does. */
const MAX_OUTPUT_BYTES = 10 * 1024;
/** Words of container-enter, of crun, and of a shell that comes before the container's own files are in their place. */
const NOT_ENTERED =
  /^unitlet: container not running|^the container `[^`]*` is not running|^error opening file `\/run\/crun\/|: cannot open \/run\/unitlet\/env/;
/** Milliseconds. */
const LINGER_MS = 100;

/**
 * Runs a command in the container, as its user and with its variables; 0 is success. Undefined: the container was just
 * coming or going, and could not be entered.
 */
export function checkExec(
  enter: string,
  unit: UnitName,
  command: readonly string[],
  timeout: number,
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    // A session of its own, so that a command that is late ends with all that it has started.
    const child = spawn(enter, [unit, "--", ...command], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = Buffer.alloc(0);
    let late = false;
    const collect = (chunk: Buffer) => {
      if (output.length < MAX_OUTPUT_BYTES) output = Buffer.concat([output, chunk]).subarray(0, MAX_OUTPUT_BYTES);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const end = (outcome: Outcome | undefined) => {
      answered();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(outcome);
    };
    const answered = onTimeout(timeout * 1000, () => {
      late = true;
      if (child.pid !== undefined) killSession(child.pid);
    });
    child.once("error", ({ message }) => end({ success: false, message }));
    const ended = (code: number | null) => {
      const words = output.toString();
      if (late)
        end({ success: false, message: `command timed out: "${command.join(" ")}" timed out after ${timeout}s` });
      else if (NOT_ENTERED.test(words)) end(undefined);
      else end({ success: code === 0, message: code === 0 ? "" : words });
    };
    child.once("close", ended);
    // What it has said may still be on its way; what it has left behind may keep its output open for ever.
    child.once("exit", (code) => setTimeout(ended, LINGER_MS, code));
  });
}
