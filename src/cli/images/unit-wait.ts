import { spawn } from "node:child_process";
import { CliError } from "../failure.ts";

const INTERVAL_MS = 250;

/**
 * Starts a unit of the agent and waits until it has ended, well or not. `tick` is called with the seconds since the start. An
 * interrupt from the keyboard stops the unit, and then throws CliError with the status 130.
 */
export async function runUnit(unit: string, tick: (seconds: number) => void): Promise<void> {
  const began = Date.now();
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
  };
  process.on("SIGINT", onInterrupt);
  const timer = setInterval(() => tick(Math.floor((Date.now() - began) / 1000)), INTERVAL_MS);
  try {
    await systemctl("start", "--wait", unit);
    if (!interrupted) return;
    await systemctl("stop", unit);
    throw new CliError("interrupted", 130);
  } finally {
    clearInterval(timer);
    process.off("SIGINT", onInterrupt);
  }
}

/** The unit leaves the reason of a failure in a file, so the status of systemctl is ignored. */
function systemctl(...words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("systemctl", words, { stdio: "ignore" });
    child.on("error", reject);
    child.on("close", () => resolve());
  });
}
