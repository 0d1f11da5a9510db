import type { Pod } from "../../model/api/pod.ts";
import { BRIDGE, NETWORK_NAME, type Plugin } from "../../model/cni/plugin.ts";
import { bandwidthOf } from "./bandwidth.ts";

/** The version of the specification in which the plugins get their configuration and answer. */
const CNI_VERSION = "1.0.0";

/**
 * Returns the chain of the node's own network for a pod: an address on the bridge, then its host ports and its
 * bandwidth, if it asks for them. `pod-network` adds one rule for the masquerade of all pods: the plugin's own rules of each
 * pod stay when a DEL has no result (`ipMasq`). Each configuration is complete but for `prevResult`: name, version and the capability
 * arguments are in it, as libcni hands them over (CNI specification 1.0, section 4, "Deriving execution configuration").
 */
export function bridgeChain(pod: Pod, ranges: readonly string[]): readonly Plugin[] {
  const ports = portMappings(pod);
  const bandwidth = bandwidthOf(pod);
  return [
    plugin("bridge", {
      bridge: BRIDGE,
      isGateway: true,
      // When the range has changed, all pods are connected again, so none needs the gateway's earlier address.
      forceAddress: true,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        ranges: ranges.map((subnet) => [{ subnet }]),
        routes: ranges.map((subnet) => ({ dst: subnet.includes(":") ? "::/0" : "0.0.0.0/0" })),
      },
    }),
    ...(ports.length === 0 ? [] : [plugin("portmap", { snat: true, runtimeConfig: { portMappings: ports } })]),
    ...(bandwidth === undefined ? [] : [plugin("bandwidth", { runtimeConfig: { bandwidth } })]),
  ];
}

function plugin(type: string, config: Plugin["config"]): Plugin {
  return { type, config: { cniVersion: CNI_VERSION, name: NETWORK_NAME, type, ...config } };
}

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
  readonly hostIP?: string;
}

/**
 * Returns the capability argument `portMappings`, as containerd gives it (`cni` in `sandbox_run.go: toCNIPortMappings`, v2).
 * The kubelet maps no port of an init container (`kuberuntime_sandbox.go: generatePodSandboxConfig`, v1.36).
 */
export function portMappings({ spec }: Pod): readonly PortMapping[] {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort, containerPort, protocol = "TCP", hostIP }) =>
    hostPort ? [{ hostPort, containerPort, protocol: protocol.toLowerCase(), ...(hostIP && { hostIP }) }] : [],
  );
}

/** Returns CNI_ARGS as containerd sets it (`sandbox_run.go: cniNamespaceOpts`, v2). */
export function cniArguments({ metadata: { namespace, name, uid } }: Pod): string {
  const pairs = {
    IgnoreUnknown: "1",
    K8S_POD_NAMESPACE: namespace,
    K8S_POD_NAME: name,
    K8S_POD_INFRA_CONTAINER_ID: uid,
    K8S_POD_UID: uid,
  };
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(";");
}
