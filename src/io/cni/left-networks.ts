import { join } from "node:path";
import type { Instant } from "../../model/api/time.ts";
import { podRunDir, podStateDir } from "../../model/paths.ts";
import { exists, list, modifiedAt } from "../files.ts";

/** Has a directory for each pod whose network was connected and not yet freed, by its UID. `pod-network` writes it. */
const NETWORKS = "/var/lib/unitlet/networks";
/** Each attempt to free a network sets the time of its directory. */
const RETRY_INTERVAL_MS = 600_000;

/**
 * True when the network of a pod that is gone is to be freed now: the pod was removed while the host was off, or its DEL has
 * failed. The next pod's ADD would free it, too, but there may be none.
 */
export function hasLeftNetworks(now: Instant): boolean {
  return list(NETWORKS).some((uid) => {
    if (exists(podRunDir(uid)) || exists(podStateDir(uid))) return false;
    const triedAt = modifiedAt(join(NETWORKS, uid)) ?? now;
    return now - triedAt >= RETRY_INTERVAL_MS || triedAt > now;
  });
}
