import { lastRenewal } from "../../io/kube/lease-stamps.ts";
import type { Instant } from "../../model/api/time.ts";

/** The duration of the node's lease, which a run renews every 10 s (`defaults.go: SetDefaults_KubeletConfiguration`, v1.36). */
const MAX_RUN_AGE_MS = 40_000;

/**
 * Returns the result of a health check, or of all checks when `check` is undefined. Undefined for an unknown check. The
 * names and messages are those of the kubelet (`server/server.go: InstallAuthNotRequiredHandlers`, `kubelet/kubelet.go:
 * SyncLoopHealthCheck`, v1.36).
 */
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
  const last = lastRenewal();
  return last !== undefined && now - last < MAX_RUN_AGE_MS;
}
