import type { Node, NodeStatus, Taint } from "../../model/api/node.ts";
import { nodePatch } from "./node-patch.ts";
import { type NodeReport, nodeStatus } from "./node-status.ts";

export interface NodeChanges {
  readonly create?: Node;
  /** Strategic merge patch for the Node itself. */
  readonly metadataPatch?: object;
  /** Strategic merge patch for its status. */
  readonly statusPatch?: object;
}

/** Returns the changes to the Node object; most of the time there are none. */
export function reportNode(report: NodeReport & { readonly existing: Node | undefined }): NodeChanges {
  const { existing, now } = report;
  const status = nodeStatus(report, existing?.status);
  if (existing === undefined) return { create: newNode(report, status) };
  const labels = Object.entries(ownLabels(report)).filter(([key, value]) => existing.metadata.labels?.[key] !== value);
  const statusPatch = nodePatch(existing.status ?? {}, status, now);
  return {
    ...(labels.length > 0 && {
      metadataPatch: { metadata: { labels: Object.fromEntries(labels) } },
    }),
    ...(statusPatch !== undefined && { statusPatch }),
  };
}

function newNode(report: NodeReport, status: NodeStatus): Node {
  const { nodeName, taint, podNetwork } = report.config;
  return {
    metadata: { name: nodeName, labels: ownLabels(report) },
    ...(taint && podNetwork === "host" && { spec: { taints: [HOST_TAINT] } }),
    status,
  };
}

/**
 * Keeps away pods that do not expect the host's network. Set at creation only, because an administrator may
 * remove it.
 */
const HOST_TAINT: Taint = { key: "unitlet.dev/host", effect: "NoSchedule" };

function ownLabels({ config, host }: NodeReport): Readonly<Record<string, string>> {
  return {
    "beta.kubernetes.io/arch": host.architecture,
    "beta.kubernetes.io/os": "linux",
    "kubernetes.io/arch": host.architecture,
    "kubernetes.io/hostname": config.nodeName,
    "kubernetes.io/os": "linux",
    ...config.nodeLabels,
  };
}
