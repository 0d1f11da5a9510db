import { modifiedAt, writeBestEffort } from "../io/files.ts";
import { readHost } from "../io/host/host.ts";
import { readStore } from "../io/images/image-store.ts";
import { ApiError } from "../io/kube/http.ts";
import type { Kube } from "../io/kube/kube.ts";
import type { Node } from "../model/api/node.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import type { NodeCredentials } from "../model/host/credentials.ts";
import type { Host } from "../model/host/host.ts";
import { RUN_DIR } from "../model/paths.ts";
import { nodeEvents } from "../report/events/node-events.ts";
import { leaseFor } from "../report/node/lease.ts";
import { reportNode } from "../report/node/node.ts";

/** As the kubelet: a quarter of the lease's 40 s. A run that comes a little early counts. */
const RENEW_INTERVAL_MS = 10_000 - 500;
const LEASE_STAMP = `${RUN_DIR}/lease`;

export function isLeaseDue(now: Instant): boolean {
  const last = modifiedAt(LEASE_STAMP);
  return last === undefined || now - last >= RENEW_INTERVAL_MS || now < last;
}

/** Renews the lease, on its own and first: nothing that is wrong with a pod makes the node look dead. Throws ApiError. */
export async function renewLease(kube: Kube, config: Config, now: Instant): Promise<void> {
  if (!(await kube.renewLease({ spec: leaseFor(config.nodeName, undefined, now).spec })))
    await createLease(kube, config, now);
  writeBestEffort(LEASE_STAMP, "", 0o600);
}

async function createLease(kube: Kube, config: Config, now: Instant): Promise<void> {
  const node = await kube.getNode();
  // Without its Node a lease would never be cleaned up: keepNode makes the Node, the next run the lease.
  if (node?.metadata.uid === undefined) return;
  await kube.createLease(leaseFor(config.nodeName, node.metadata.uid, now));
}

export type SystemdState = Pick<Host, "systemdVersion" | "systemdProblem">;

export interface NodeInput {
  readonly kube: Kube;
  readonly config: Config;
  readonly now: Instant;
  readonly version: string;
  readonly identity: NodeCredentials | undefined;
  readonly shuttingDown: boolean;
}

/**
 * Brings the Node object to what the host is: made when it is missing, patched when it differs. `systemd` undefined: this
 * run has not asked; then what the Node says of it stands.
 */
export async function reconcileNode(
  { kube, config, now, version, identity, shuttingDown }: NodeInput,
  systemd?: SystemdState,
): Promise<Node | undefined> {
  const existing = await kube.getNode();
  const host = readHost(config.nodeIPs, now, systemd ?? reportedSystemdState(existing));
  const clockSkew = kube.api.clockSkew();
  const facts = { ...(identity && { identity }), ...(clockSkew !== undefined && { clockSkew }) };
  const changes = reportNode({ config, host, existing, now, version, shuttingDown, trees: readStore(), ...facts });
  const { create, metadataPatch, statusPatch } = changes;
  if (create !== undefined) {
    try {
      const created = await kube.createNode(create);
      await kube.createLease(leaseFor(config.nodeName, created.metadata.uid ?? "", now));
      return created;
    } catch (error) {
      // Somebody else made it in between; the next run sees it.
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
  if (metadataPatch !== undefined) await kube.patchNode(metadataPatch);
  if (statusPatch !== undefined) await kube.patchNodeStatus(statusPatch);
  for (const event of nodeEvents(existing, changes, config.nodeName)) await kube.events.tellOfNode(event, now);
  return existing;
}

function reportedSystemdState(existing: Node | undefined): SystemdState {
  const ready = existing?.status?.conditions?.find(({ type }) => type === "Ready");
  const runtime = String(existing?.status?.nodeInfo?.containerRuntimeVersion ?? "");
  const version = /^systemd:\/\/(.+)$/.exec(runtime)?.[1];
  return {
    ...(version ? { systemdVersion: version } : {}),
    ...(ready?.reason === "SystemdNotUsable" ? { systemdProblem: ready.message ?? "" } : {}),
  };
}
