import type { Instant } from "../../model/api/time.ts";
import { RUN_DIR } from "../../model/paths.ts";
import { modifiedAt, writeBestEffort } from "../files.ts";

/** Was written when a run has last renewed the lease, and done all else that belongs to a heartbeat. */
export const HEARTBEAT_STAMP = `${RUN_DIR}/lease`;
/** Was written when a run, or a tick without a run, has last renewed the lease. */
export const RENEWAL_STAMP = `${RUN_DIR}/lease-renewed`;

/** Stores that a run has renewed the lease. */
export function stampRenewal(): void {
  for (const path of [HEARTBEAT_STAMP, RENEWAL_STAMP]) writeBestEffort(path, "", 0o600);
}

/** Returns when the lease was last renewed; undefined when it was not since boot. */
export function lastRenewal(): Instant | undefined {
  return modifiedAt(RENEWAL_STAMP) ?? modifiedAt(HEARTBEAT_STAMP);
}
