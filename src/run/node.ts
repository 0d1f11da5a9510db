import { readClusterNetwork } from "../io/cni/cluster-network.ts";
import { readHost } from "../io/host/host.ts";
import { readLandlockABI } from "../io/host/landlock.ts";
import { readSystemKills } from "../io/host/system-kills.ts";
import { readStore } from "../io/images/image-store.ts";
import { readVulnerableTools } from "../io/images/vulnerable-tools.ts";
import { ApiError } from "../io/kube/api-error.ts";
import type { Kube } from "../io/kube/kube.ts";
import { cachedCredentials } from "../io/pki/cached-credentials.ts";
import { keepPodCIDRsOf } from "../io/pods/pod-cidrs.ts";
import { reportProblem } from "../io/problems.ts";
import type { Node } from "../model/api/node.ts";
import type { Host } from "../model/host/host.ts";
import { reservationProblems } from "../model/host/reservations.ts";
import { nodeEvents } from "../report/events/node-events.ts";
import { pressureEvents } from "../report/events/pressure-events.ts";
import { systemKillEvents } from "../report/events/system-kill-events.ts";
import { leaseFor } from "../report/node/lease.ts";
import { type NodeChanges, reportNode } from "../report/node/node.ts";
import { unitletVersion } from "../version.ts";
import type { SyncInput } from "./input.ts";

export type SystemdState = Pick<Host, "systemdVersion" | "systemdProblem">;

/** Brings the Node object up to date, if the host is a node. A failure is reported, and the run goes on. */
export async function updateNode(input: SyncInput, systemd: SystemdState): Promise<void> {
  if (input.kube === undefined) return;
  try {
    await reconcileNode(input.kube, input, systemd);
    reportProblem(input.log, "node", undefined);
  } catch (error) {
    reportProblem(input.log, "node", (error as Error).message);
  }
}

/** Creates the Node when it is missing, and patches it when it differs from the host. Throws ApiError. */
async function reconcileNode(kube: Kube, input: SyncInput, systemd: SystemdState): Promise<void> {
  const { config, configKey, now, shuttingDown } = input;
  const existing = await kube.getNode();
  const identity = cachedCredentials(configKey);
  const network = config.podNetwork === "cni" ? readClusterNetwork() : {};
  // The files of both are part of the host's digest, so another answer makes the next run a full one.
  keepPodCIDRsOf(existing, config);
  reportProblem(input.log, "network", network.because);
  const clockSkew = kube.api.clockSkew();
  const host = {
    ...readHost(config.nodeIPs, now, systemd),
    vulnerableTools: readVulnerableTools(),
    landlockABI: readLandlockABI(),
  };
  const reserved = reservationProblems(config, host).join("; ");
  reportProblem(input.log, "reservations", reserved === "" ? undefined : reserved);
  const changes = reportNode({
    config,
    host,
    existing,
    now,
    version: unitletVersion,
    shuttingDown,
    trees: readStore(),
    ...(identity && { identity }),
    ...(network.problem !== undefined && { networkProblem: network.problem }),
    ...(clockSkew !== undefined && { clockSkew }),
  });
  if (changes.create !== undefined) await createNode(kube, changes.create, input);
  else await patchNode(kube, changes);
  const pressures = shuttingDown ? [] : pressureEvents(config, host, now);
  const { kills, accept } = readSystemKills();
  const events = [...nodeEvents(existing, changes, config), ...pressures, ...systemKillEvents(kills)];
  for (const event of events) await kube.events.recordNodeEvent(event, now);
  accept();
}

async function createNode(kube: Kube, node: Node, { config, now }: SyncInput): Promise<void> {
  try {
    const { metadata } = await kube.createNode(node);
    await kube.createLease(leaseFor(config.nodeName, metadata.uid ?? "", now));
  } catch (error) {
    // Another client has created one of them since the GET; the next run patches it.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}

async function patchNode(kube: Kube, { metadataPatch, statusPatch }: NodeChanges): Promise<void> {
  if (metadataPatch !== undefined) await kube.patchNode(metadataPatch);
  if (statusPatch !== undefined) await kube.patchNodeStatus(statusPatch);
}
