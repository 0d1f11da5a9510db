import { readlinkSync } from "node:fs";
import { ignoreMissing } from "../files.ts";

const POLL_INTERVAL_MS = 200;

/** The invocation in which a unit is active now; undefined when it is not. */
export function runningInvocation(unit: string): string | undefined {
  return ignoreMissing(() => readlinkSync(`/run/systemd/units/invocation:${unit}`));
}

/** Calls back once, as soon as the unit is no longer active in this invocation. Returns what cancels it. */
export function onEnd(unit: string, invocation: string, ended: () => void): () => void {
  const timer = setInterval(() => {
    if (runningInvocation(unit) === invocation) return;
    clearInterval(timer);
    ended();
  }, POLL_INTERVAL_MS);
  return () => clearInterval(timer);
}
