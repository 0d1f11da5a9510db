import type { Pod } from "../../model/api/pod.ts";

interface Resolver {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** Limits of resolvers (`apis/core/validation: MaxDNSNameservers, MaxDNSSearchPaths, MaxDNSSearchListChars`, v1.36). */
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LENGTH = 2048;

/**
 * Returns the pod's /etc/resolv.conf (`network/dns/dns.go: GetPodDNS`, v1.36); undefined when the pod has the host's.
 * Without the setting clusterDNS the policy ClusterFirst is Default, as in the kubelet.
 */
export function resolvConf(
  pod: Pod,
  ofTheHost: string,
  { clusterDNS, clusterDomain }: { readonly clusterDNS: readonly string[]; readonly clusterDomain: string },
): string | undefined {
  const { dnsPolicy = "ClusterFirst", dnsConfig, hostNetwork } = pod.spec;
  const ofCluster =
    clusterDNS.length > 0 &&
    (dnsPolicy === "ClusterFirstWithHostNet" || (dnsPolicy === "ClusterFirst" && !hostNetwork));
  if (dnsPolicy !== "None" && !ofCluster && dnsConfig === undefined) return undefined;
  const host = parse(dnsPolicy === "None" ? "" : ofTheHost);
  const namespace = pod.metadata.namespace;
  const base = ofCluster
    ? {
        servers: clusterDNS,
        searches: [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...host.searches],
        options: ["ndots:5"],
      }
    : host;
  return format({
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

function format({ servers, searches, options }: Resolver): string {
  const most = [...new Set(searches)].slice(0, MAX_SEARCHES);
  while (most.join(" ").length > MAX_SEARCH_LENGTH) most.pop();
  const lines = [
    ...(most.length > 0 ? [`search ${most.join(" ")}`] : []),
    ...[...new Set(servers)].slice(0, MAX_SERVERS).map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(" ")}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
