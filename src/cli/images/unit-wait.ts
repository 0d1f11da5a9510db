import { spawn } from "node:child_process";
import { CliError } from "../failure.ts";
import { ticking } from "../progress.ts";

/** A unit of the agent has ended without a result and without a reason, as one that the kernel kills for lack of memory does. */
export class EndedEarly extends CliError {}

/**
 * Starts a unit of the agent and waits until it has ended, well or not. `tick` is called with the seconds since the start. An
 * interrupt from the keyboard stops the unit, and then throws CliError with the status 130. A unit that still works after `limit`
 * milliseconds is stopped, and CliError says so; undefined: there is no limit.
 */
export async function runUnit(unit: string, tick: (seconds: number) => void, limit?: number): Promise<void> {
  let interrupted = false;
  let isLate = false;
  const onInterrupt = () => {
    interrupted = true;
  };
  const onLimit = () => {
    isLate = true;
    systemctl("stop", unit).catch(() => undefined);
  };
  process.on("SIGINT", onInterrupt);
  const timer = limit === undefined ? undefined : setTimeout(onLimit, limit);
  try {
    const status = await ticking(systemctl("start", "--wait", unit), tick);
    // systemctl also fails when it loses systemd or is killed. What the unit has written is read only after its last process.
    if (interrupted || isLate || status !== 0) await systemctl("stop", unit);
    if (interrupted) throw new CliError("interrupted", 130);
    if (isLate) throw new CliError(`${unit} was stopped, because it had not ended after ${(limit ?? 0) / 60_000} min`);
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", onInterrupt);
  }
}

/** Returns the exit status; null after a signal. The unit leaves the reason of a failure in a file. */
function systemctl(...words: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn("systemctl", words, { stdio: "ignore" });
    child.on("error", reject);
    child.on("close", resolve);
  });
}
