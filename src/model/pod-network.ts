import type { Pod } from "./api/pod.ts";
import { nodeAddresses } from "./host/addresses.ts";
import type { Host } from "./host/host.ts";

/** The network that the containers of one pod are on. */
export interface PodNetwork {
  /** status.podIPs: one address of each IP family, the preferred first. */
  readonly addresses: readonly string[];
  /** True on the host's network namespace: the pod shares its ports with the host and with other pods. */
  readonly isHost: boolean;
  /** Path of the pod's own network namespace; undefined on the host's. */
  readonly namespacePath?: string;
}

/** Returns the network of every pod on this node, as long as pods have no network of their own. */
export function hostNetwork(host: Pick<Host, "addresses">): PodNetwork {
  return { addresses: nodeAddresses(host), isHost: true };
}

/** Returns the network of a pod from its status, for programs outside of a run. */
export function reportedNetwork({ status }: Pick<Pod, "status">): PodNetwork {
  return { addresses: (status?.podIPs ?? []).map(({ ip }) => ip), isHost: true };
}
