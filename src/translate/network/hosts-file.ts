import type { Pod } from "../../model/api/pod.ts";
import { podDomain, podHostname } from "./hostname.ts";

const OWN = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;
const OF_THE_HOST = "# Kubernetes-managed hosts file (host network).\n";

/**
 * Returns the pod's /etc/hosts (`kubelet_pods.go: managedHostsFileContent, nodeHostsFileContent`, v1.36); undefined for
 * a pod that sees the host's file unchanged.
 */
export function hostsFile(
  pod: Pod,
  ofTheHost: string,
  addresses: readonly string[],
  clusterDomain: string,
): string | undefined {
  const { hostAliases = [], hostNetwork } = pod.spec;
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${[ip, ...hostnames].join("\t")}\n`);
  const added = aliases.length === 0 ? "" : `\n# Entries added by HostAliases.\n${aliases.join("")}`;
  if (hostNetwork) return added === "" ? undefined : `${OF_THE_HOST}${ofTheHost}${added}`;
  const name = podHostname(pod);
  const domain = podDomain(pod, clusterDomain);
  const names = domain ? `${name}.${domain}\t${name}` : name;
  return `${OWN}${addresses.map((address) => `${address}\t${names}\n`).join("")}${added}`;
}
