import { modifiedAt } from "../io/files.ts";
import type { Kube } from "../io/kube/kube.ts";
import { HEARTBEAT_STAMP, stampRenewal } from "../io/kube/lease-stamps.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import { leaseFor } from "../report/node/lease.ts";

/**
 * A quarter of the lease's 40 s (`kubelet/kubelet.go: nodeLeaseRenewIntervalFraction`, v1.36). It is 0.5 s less, so
 * that a run that comes a little early renews the lease as well.
 */
export const RENEW_INTERVAL_MS = 10_000 - 500;

/** True when the lease must be renewed now; true also after the clock was set back. */
export function isLeaseDue(now: Instant, stamp = HEARTBEAT_STAMP): boolean {
  const last = modifiedAt(stamp);
  return last === undefined || now - last >= RENEW_INTERVAL_MS || now < last;
}

/** Renews the lease. A run does this first, so that a failure with any pod leaves the node Ready. Throws ApiError. */
export async function renewLease(kube: Kube, config: Config, now: Instant): Promise<void> {
  if (!(await kube.renewLease({ spec: leaseFor(config.nodeName, undefined, now).spec })))
    await createLease(kube, config, now);
  stampRenewal();
}

async function createLease(kube: Kube, config: Config, now: Instant): Promise<void> {
  const node = await kube.getNode();
  // A lease without its Node as owner would never be deleted. The run creates both when it brings the Node up to date.
  if (node?.metadata.uid === undefined) return;
  await kube.createLease(leaseFor(config.nodeName, node.metadata.uid, now));
}
