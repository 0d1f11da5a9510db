import { readlinkSync } from "node:fs";
import { ignoreMissing } from "../files.ts";

const POLL_INTERVAL_MS = 200;

/** Returns the path of systemd's link from a running unit to its invocation ID. */
export function invocationLink(unit: string): string {
  return `/run/systemd/units/invocation:${unit}`;
}

/** Returns the invocation ID of an active unit; undefined when the unit is not active. */
export function runningInvocation(unit: string): string | undefined {
  return ignoreMissing(() => readlinkSync(invocationLink(unit)));
}

/** Calls `ended` once when the unit is no longer active in this invocation. Returns a function that cancels this. */
export function onEnd(unit: string, invocation: string, ended: () => void): () => void {
  const timer = setInterval(() => {
    if (runningInvocation(unit) === invocation) return;
    clearInterval(timer);
    ended();
  }, POLL_INTERVAL_MS);
  return () => clearInterval(timer);
}
