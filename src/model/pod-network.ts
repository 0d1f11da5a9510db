import type { Pod } from "./api/pod.ts";
import { nodeAddresses } from "./host/addresses.ts";
import type { Config } from "./host/config.ts";
import type { Host } from "./host/host.ts";
import { overlap } from "./host/ip-range.ts";
import { podSandbox } from "./paths.ts";
import type { PodDirectory } from "./world.ts";

/** The network that the containers of one pod are on. */
export interface PodNetwork {
  /** status.podIPs: one address of each IP family, the preferred first. Empty until the pod's own network exists. */
  readonly addresses: readonly string[];
  /** True on the host's network namespace: the pod shares its ports with the host and with other pods. */
  readonly isHost: boolean;
  /** Path of the pod's own network namespace; undefined on the host's. */
  readonly namespacePath?: string;
}

/** True for a pod that has a network namespace of its own on this node. */
export function hasOwnNetwork({ spec }: Pick<Pod, "spec">, { podNetwork }: Pick<Config, "podNetwork">): boolean {
  return podNetwork !== "host" && !spec.hostNetwork;
}

/** Returns the ranges of the node's own network: those of the Node, or else of the setting. Undefined with another network. */
export function bridgeRanges(
  { podNetwork, podCIDR }: Pick<Config, "podNetwork" | "podCIDR">,
  podCIDRs: readonly string[] | undefined,
): readonly string[] | undefined {
  return podNetwork === "bridge" ? (podCIDRs ?? podCIDR) : undefined;
}

/** Returns the network of the pods that are on the host's. */
export function hostNetwork(host: Pick<Host, "addresses">): PodNetwork {
  return { addresses: nodeAddresses(host), isHost: true };
}

interface NetworkFacts {
  readonly host: Pick<Host, "addresses">;
  readonly config: Pick<Config, "podNetwork">;
  readonly directory?: Pick<PodDirectory, "network"> | undefined;
  /** The ranges of the node's own network; undefined: another program gives addresses. */
  readonly ranges?: readonly string[] | undefined;
}

/**
 * Returns the network of a pod: its own one has the addresses that the last CNI ADD has answered. Addresses of another
 * range than the node's are none: the bridge has the gateway of that range alone, so the pod has to be connected again.
 */
export function networkOf(pod: Pod, { host, config, directory, ranges }: NetworkFacts): PodNetwork {
  if (!hasOwnNetwork(pod, config)) return hostNetwork(host);
  const { addresses: answered = [], subnets = answered } = directory?.network ?? {};
  const addresses = subnets.every((subnet) => isOfNode(subnet, ranges)) ? answered : [];
  return { addresses, isHost: false, namespacePath: networkNamespace(pod.metadata.uid) };
}

/** True when a pod with this address and prefix length, such as 10.86.0.2/24, has the gateway of one of the ranges. */
function isOfNode(subnet: string, ranges: readonly string[] | undefined): boolean {
  const prefixOf = (range: string) => range.split("/")[1];
  return ranges?.some((range) => prefixOf(range) === prefixOf(subnet) && overlap(range, subnet)) ?? true;
}

/** Returns the network of a pod from its status, for programs outside of a run. */
export function reportedNetwork(pod: Pod, config: Pick<Config, "podNetwork">): PodNetwork {
  const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip);
  if (!hasOwnNetwork(pod, config)) return { addresses, isHost: true };
  return { addresses, isHost: false, namespacePath: networkNamespace(pod.metadata.uid) };
}

/** Returns the path of the file that holds a pod's network namespace. */
export function networkNamespace(uid: string): string {
  return `${podSandbox(uid)}/net`;
}
