import { modifiedAt } from "../../io/files.ts";
import type { Instant } from "../../model/api/time.ts";
import { RUN_DIR } from "../../model/paths.ts";

/** Renewed every ten seconds; after forty the control plane takes the node for dead. */
const MAX_RUN_AGE_MS = 40_000;

/** Undefined for a check that does not exist. `healthz` alone is all of them, in the API machinery's words. */
export function health(
  check: string | undefined,
  now: Instant,
): { readonly status: number; readonly text: string } | undefined {
  if (check !== undefined && !["ping", "log", "syncloop"].includes(check)) return undefined;
  if (check === "ping" || check === "log" || isAlive(now)) return { status: 200, text: "ok" };
  if (check === "syncloop")
    return { status: 500, text: "internal server error: sync Loop took longer than expected\n" };
  return { status: 500, text: "[+]ping ok\n[+]log ok\n[-]syncloop failed: reason withheld\nhealthz check failed\n" };
}

function isAlive(now: Instant): boolean {
  const last = modifiedAt(`${RUN_DIR}/lease`);
  return last !== undefined && now - last < MAX_RUN_AGE_MS;
}
