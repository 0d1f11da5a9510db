import { readlinkSync } from "node:fs";
import { ignoreMissing } from "../files.ts";

/** Returns the path of systemd's link from a running unit to its invocation ID. */
export function invocationLink(unit: string): string {
  return `/run/systemd/units/invocation:${unit}`;
}

/** Returns the invocation ID of an active unit; undefined when the unit is not active. */
export function runningInvocation(unit: string): string | undefined {
  return ignoreMissing(() => readlinkSync(invocationLink(unit)));
}
