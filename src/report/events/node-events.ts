import type { NodeEvent } from "../../model/api/event.ts";
import type { Node, NodeStatus } from "../../model/api/node.ts";
import type { Config } from "../../model/host/config.ts";
import type { NodeChanges } from "../node/node.ts";

/**
 * Returns the Events of the node between its previous status and the patched one
 * (`kubelet_node_status.go: recordNodeStatusEvent`, v1.36), and of a Node that is created.
 */
export function nodeEvents(existing: Node | undefined, changes: NodeChanges, config: Config): NodeEvent[] {
  if (existing === undefined) return changes.create === undefined ? [] : networkEvents(config, "created");
  const next = (changes.statusPatch as { readonly status?: NodeStatus } | undefined)?.status;
  if (next === undefined) return [];
  const { nodeName } = config;
  const before = existing.status;
  const reboot = rebootEvents(before, next, nodeName);
  return [
    ...reboot,
    ...reboot.flatMap(({ occurrence }) => networkEvents(config, occurrence)),
    ...conditionEvents(before, next, nodeName),
    ...causes(before, next),
  ];
}

/** Says once for all pods what each pod without hostNetwork gets. */
function networkEvents({ hostNetwork, podNetwork }: Config, occurrence: string): NodeEvent[] {
  if (hostNetwork === "required" || podNetwork !== "host") return [];
  const message = "Pods on this node are on the host's network, also those with hostNetwork: false";
  return [{ type: "Normal", reason: "HostNetwork", message, occurrence }];
}

function rebootEvents(previous: NodeStatus | undefined, next: NodeStatus, nodeName: string): NodeEvent[] {
  const before = previous?.nodeInfo?.bootID;
  const bootID = next.nodeInfo?.bootID;
  if (!before || typeof bootID !== "string") return [];
  const message = `Node ${nodeName} has been rebooted, boot id: ${bootID}`;
  return [{ type: "Warning", reason: "Rebooted", message, occurrence: bootID }];
}

function conditionEvents(previous: NodeStatus | undefined, next: NodeStatus, nodeName: string): NodeEvent[] {
  return (next.conditions ?? []).flatMap(({ type, status, lastTransitionTime }) => {
    const before = previous?.conditions?.find((each) => each.type === type);
    const reason = WORDS[type]?.[status];
    if (before === undefined || before.status === status || reason === undefined) return [];
    const message = `Node ${nodeName} status is now: ${reason}`;
    return [{ type: "Normal" as const, reason, message, occurrence: lastTransitionTime ?? "" }];
  });
}

/** Returns the cause of a node that is not ready as a second Event: the kubelet's Event NodeNotReady has none. */
function causes(previous: NodeStatus | undefined, next: NodeStatus): NodeEvent[] {
  const ready = next.conditions?.find(({ type }) => type === "Ready");
  const before = previous?.conditions?.find(({ type }) => type === "Ready");
  const { status, reason = "", message = "", lastTransitionTime = "" } = ready ?? {};
  if (before === undefined || status !== "False" || before.reason === reason) return [];
  return [{ type: "Warning", reason, message, occurrence: lastTransitionTime }];
}

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { True: "NodeHasInsufficientMemory", False: "NodeHasSufficientMemory" },
  DiskPressure: { True: "NodeHasDiskPressure", False: "NodeHasNoDiskPressure" },
  PIDPressure: { True: "NodeHasInsufficientPID", False: "NodeHasSufficientPID" },
  Ready: { True: "NodeReady", False: "NodeNotReady" },
};
