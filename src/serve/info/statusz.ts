import type { RunCounts } from "../../io/run-counts.ts";
import type { Instant } from "../../model/api/time.ts";

/**
 * Returns the text of /statusz in the format of Kubernetes' components (apiserver's `statusz/statusz.go`, v0.36). "Started"
 * is the first run since boot, because no process is resident.
 */
export function statusz(version: string, runs: RunCounts | undefined, now: Instant): string {
  const since = runs?.since ?? now;
  const up = Math.max(0, Math.floor((now - since) / 1000));
  return [
    "",
    "unitlet statusz",
    "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.",
    "",
    `Started: ${new Date(since).toUTCString()}`,
    `Up: ${Math.floor(up / 86_400)} days ${Math.floor(up / 3600) % 24} hr ${String(Math.floor(up / 60) % 60).padStart(2, "0")} min ${String(up % 60).padStart(2, "0")} sec`,
    `Binary version: ${version}`,
    "",
  ].join("\n");
}
