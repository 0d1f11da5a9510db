import type { NodeStatus } from "../../model/api/node.ts";
import type { Instant } from "../../model/api/time.ts";
import { nodeAddresses } from "../../model/host/addresses.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import type { StoredTree } from "../../model/image/image.ts";
import type { CredentialsFacts } from "../identity-problem.ts";
import { nodeConditions } from "./node-conditions.ts";
import { nodeImages } from "./node-images.ts";
import { nodeResources } from "./node-resources.ts";

export interface NodeReport extends CredentialsFacts {
  readonly config: Config;
  readonly host: Host;
  /** The version of unitlet, such as "0.1.0". */
  readonly version: string;
  readonly now: Instant;
  readonly shuttingDown?: boolean;
  readonly trees?: readonly StoredTree[];
}

/**
 * Names of the kubelet's feature gates, sorted. The kubelet's port accepts WebSockets directly: v5.channel.k8s.io for
 * exec and attach, and a tunnel for port-forward.
 */
const DECLARED_FEATURES: readonly string[] = ["ExtendWebSocketsToKubelet", "RestartAllContainersOnContainerExits"];

/** Returns the whole status of the Node. */
export function nodeStatus(report: NodeReport, previous: NodeStatus | undefined): NodeStatus {
  const { config, host, version } = report;
  return {
    ...nodeResources(config, host, previous),
    conditions: nodeConditions(report, previous?.conditions ?? []),
    addresses: [
      ...nodeAddresses(host).map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: host.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: config.kubeletPort } },
    nodeInfo: nodeInfo(host, version, previous),
    declaredFeatures: DECLARED_FEATURES,
    ...(report.trees && { images: nodeImages(report.trees) }),
  };
}

/** Controllers derive the node's abilities from kubeletVersion, so it names the kubelet that unitlet follows. */
const KUBERNETES = "v1.36.3";

function nodeInfo(host: Host, version: string, previous: NodeStatus | undefined): Readonly<Record<string, unknown>> {
  const known = previous?.nodeInfo?.containerRuntimeVersion;
  return {
    machineID: host.machineID,
    systemUUID: host.systemUUID,
    bootID: host.bootID,
    kernelVersion: host.kernelVersion,
    osImage: host.osImage,
    containerRuntimeVersion:
      host.systemdVersion === undefined ? (known ?? "systemd://Unknown") : `systemd://${host.systemdVersion}`,
    kubeletVersion: `${KUBERNETES}-unitlet.${version}`,
    kubeProxyVersion: "",
    operatingSystem: "linux",
    architecture: host.architecture,
    ...(host.swapTotal > 0 && { swap: { capacity: host.swapTotal } }),
  };
}
