import type { Pod } from "../../model/api/pod.ts";

export interface Resolver {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** Limits of resolvers (`apis/core/validation: MaxDNSNameservers, MaxDNSSearchPaths, MaxDNSSearchListChars`, v1.36). */
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LENGTH = 2048;

interface ClusterNames {
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
}

/** Returns the pod's /etc/resolv.conf; undefined when the pod has the host's. */
export function resolvConf(pod: Pod, ofTheHost: string, config: ClusterNames): string | undefined {
  const { dnsPolicy, dnsConfig } = pod.spec;
  if (dnsPolicy !== "None" && !usesCluster(pod, config) && dnsConfig === undefined) return undefined;
  return format(resolverOf(pod, ofTheHost, config));
}

/** Without the setting clusterDNS the policy ClusterFirst is Default, as in the kubelet. */
function usesCluster({ spec }: Pod, { clusterDNS }: ClusterNames): boolean {
  const { dnsPolicy = "ClusterFirst", hostNetwork } = spec;
  return (
    clusterDNS.length > 0 && (dnsPolicy === "ClusterFirstWithHostNet" || (dnsPolicy === "ClusterFirst" && !hostNetwork))
  );
}

/** Returns how the pod resolves names (`network/dns/dns.go: GetPodDNS`, v1.36). */
export function resolverOf(pod: Pod, ofTheHost: string, config: ClusterNames): Resolver {
  const { dnsPolicy, dnsConfig } = pod.spec;
  const { clusterDNS, clusterDomain } = config;
  const host = parse(dnsPolicy === "None" ? "" : ofTheHost);
  const namespace = pod.metadata.namespace;
  const base = usesCluster(pod, config)
    ? {
        servers: clusterDNS,
        searches: [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...host.searches],
        options: ["ndots:5"],
      }
    : host;
  return limited({
    servers: [...base.servers, ...(dnsConfig?.nameservers ?? [])],
    searches: [...base.searches, ...(dnsConfig?.searches ?? [])],
    options: merged(
      base.options,
      (dnsConfig?.options ?? []).map(({ name, value }) => (value ? `${name}:${value}` : (name ?? ""))),
    ),
  });
}

/** Parses a resolv.conf: nameservers accumulate, and of `search` and `options` the last line counts. */
function parse(text: string): Resolver {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const last = (key: string) => lines.findLast(([first]) => first === key)?.slice(1) ?? [];
  return {
    servers: lines.flatMap(([key, server]) => (key === "nameserver" && server !== undefined ? [server] : [])),
    searches: last("search")
      .filter((search) => search !== ".")
      .map((search) => search.replace(/\.$/, "")),
    options: last("options"),
  };
}

/** Merges options: the later one of a name replaces the earlier. */
function merged(base: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Map([...base, ...more].map((option) => [option.split(":")[0], option])).values()];
}

function limited({ servers, searches, options }: Resolver): Resolver {
  const most = [...new Set(searches)].slice(0, MAX_SEARCHES);
  while (most.join(" ").length > MAX_SEARCH_LENGTH) most.pop();
  return { servers: [...new Set(servers)].slice(0, MAX_SERVERS), searches: most, options };
}

function format({ servers, searches, options }: Resolver): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(" ")}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(" ")}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
