import type { Pod } from "../../model/api/pod.ts";
import type { ClusterNetwork } from "../../model/cni/cluster-network.ts";
import type { Problem } from "../../model/problem.ts";
import type { TranslateContext } from "../context.ts";
import { bandwidthOf, bandwidthProblems } from "./bandwidth.ts";
import { portMappings } from "./cni-chain.ts";
import { hostPortPaths } from "./ports.ts";
import { resolverOf } from "./resolv-conf.ts";

/**
 * Returns why the pod cannot get an address now; undefined: it has one, or nothing keeps it from one. A pod that has an
 * address keeps it, whatever becomes of the configuration.
 */
export function networkProblem({
  network: { isHost, addresses },
  clusterNetwork,
}: Pick<TranslateContext, "network" | "clusterNetwork">): string | undefined {
  return isHost || addresses.length > 0 ? undefined : clusterNetwork?.problem;
}

/**
 * Returns the capability arguments of a pod by name, as containerd gives them (`sandbox_run.go: cniNamespaceOpts`, v2), as
 * far as a plugin takes them. `cgroup` is the path of the pod's slice below the root of the cgroup tree: the kubelet gives it with a
 * slash before it (`pod_container_manager_linux.go: GetPodContainerName`, v1.36).
 */
export function capabilityArguments(
  pod: Pod,
  { clusterNetwork, config, host }: Pick<TranslateContext, "clusterNetwork" | "config" | "host">,
  cgroup: string,
): readonly (readonly [name: string, value: unknown])[] {
  const taken = capabilitiesOf(clusterNetwork);
  const ports = portMappings(pod);
  const { servers, searches, options } = resolverOf(pod, host.confinementProbe?.resolvConf ?? "", config);
  const given: readonly (readonly [string, unknown])[] = [
    ["portMappings", ports.length > 0 ? ports : undefined],
    ["bandwidth", bandwidthOf(pod)],
    ["dns", { servers, searches, options }],
    ["cgroupPath", `/${cgroup}`],
    ["io.kubernetes.cri.pod-annotations", pod.metadata.annotations ?? {}],
  ];
  return given.filter(([name, value]) => value !== undefined && taken.has(name));
}

/** Returns what no plugin of the network does for the pod. containerd leaves it out without a word. */
export function capabilityProblems(pod: Pod, clusterNetwork: ClusterNetwork | undefined): Problem[] {
  const list = clusterNetwork?.list;
  const invalid = bandwidthProblems(pod);
  if (list === undefined) return invalid;
  const taken = capabilitiesOf(clusterNetwork);
  const ignored = (path: string, name: string): Problem => ({
    severity: "ignore",
    path,
    because: `has no effect: no plugin of the network ${list.name} has the capability ${name}`,
    remedy: "add such a plugin to the configuration in /etc/cni/net.d",
  });
  const ports = taken.has("portMappings") ? [] : hostPortPaths(pod);
  const isLimited = bandwidthOf(pod) !== undefined && !taken.has("bandwidth");
  return [
    ...invalid,
    ...ports.map((path) => ignored(path, "portMappings")),
    ...(isLimited ? [ignored("metadata.annotations[kubernetes.io/…-bandwidth]", "bandwidth")] : []),
  ];
}

function capabilitiesOf(network: ClusterNetwork | undefined): ReadonlySet<string> {
  return new Set(network?.list?.plugins.flatMap(({ capabilities }) => capabilities));
}
