import type { Pod } from "../../model/api/pod.ts";
import type { ClusterNetwork } from "../../model/cni/cluster-network.ts";
import type { Problem } from "../../model/problem.ts";
import { quoteWord } from "../../unitfile/quote.ts";
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

const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";

/** A line of a unit has 1 MiB at most, which are also for the other arguments. */
const MAX_ANNOTATIONS_KIB = 900;

/** True for annotations that are no part of a line: their 256 KiB may become seven times as many by quotes. */
function isLongInUnit({ metadata: { annotations = {} } }: Pod): boolean {
  const text = JSON.stringify(annotations);
  const isShort = text.length < 100 * 1024;
  return !isShort && Buffer.byteLength(quoteWord(text)) > MAX_ANNOTATIONS_KIB * 1024;
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
    [ANNOTATIONS, isLongInUnit(pod) ? undefined : (pod.metadata.annotations ?? {})],
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
  const isLong = taken.has(ANNOTATIONS) && isLongInUnit(pod);
  const isLimited = bandwidthOf(pod) !== undefined && !taken.has("bandwidth");
  return [
    ...invalid,
    ...ports.map((path) => ignored(path, "portMappings")),
    ...(isLong ? [longAnnotations(list.name)] : []),
    ...(isLimited ? [ignored("metadata.annotations[kubernetes.io/…-bandwidth]", "bandwidth")] : []),
  ];
}

function longAnnotations(network: string): Problem {
  return {
    severity: "ignore",
    path: "metadata.annotations",
    because: `are not given to the plugins of the network ${network}: they take more than ${MAX_ANNOTATIONS_KIB} KiB in a unit`,
    remedy: "shorten them, or write fewer quotes, backslashes and control characters",
  };
}

function capabilitiesOf(network: ClusterNetwork | undefined): ReadonlySet<string> {
  return new Set(network?.list?.plugins.flatMap(({ capabilities }) => capabilities));
}
