import type { Pod } from "../../model/api/pod.ts";
import { podDomain, podHostname } from "./hostname.ts";
import type { ServiceEntry } from "./service-entries.ts";
import { serviceLines } from "./service-lines.ts";

const OWN = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;
const OF_THE_HOST = "# Kubernetes-managed hosts file (host network).\n";

/** What the file of a pod depends on besides the pod. */
export interface HostsFacts {
  /** The text of the host's file. */
  readonly ofTheHost: string;
  readonly addresses: readonly string[];
  readonly clusterDomain: string;
  /** The addresses of Services; undefined: this host has none. */
  readonly services?: readonly ServiceEntry[] | undefined;
  /** True when the pod has a file of its own already, which its containers may have mounted. */
  readonly isWritten: boolean;
}

/**
 * Returns the pod's /etc/hosts (`kubelet_pods.go: managedHostsFileContent, nodeHostsFileContent`, v1.36), with the names of Services;
 * undefined for a pod that sees the host's file unchanged.
 */
export function hostsFile(pod: Pod, facts: HostsFacts): string | undefined {
  const { services, clusterDomain } = facts;
  const before = withoutServices(pod, facts);
  if (before === undefined || services === undefined) return before;
  return before + serviceLines(services, { namespace: pod.metadata.namespace, domain: clusterDomain, before });
}

function withoutServices(pod: Pod, { ofTheHost, addresses, clusterDomain, services, isWritten }: HostsFacts) {
  const { hostAliases = [], hostNetwork } = pod.spec;
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${[ip, ...hostnames].join("\t")}\n`);
  const added = aliases.length === 0 ? "" : `\n# Entries added by HostAliases.\n${aliases.join("")}`;
  if (hostNetwork) {
    const isOwn = added !== "" || services !== undefined || isWritten;
    return isOwn ? `${OF_THE_HOST}${ofTheHost}${added}` : undefined;
  }
  const name = podHostname(pod);
  const domain = podDomain(pod, clusterDomain);
  const names = domain ? `${name}.${domain}\t${name}` : name;
  return `${OWN}${addresses.map((address) => `${address}\t${names}\n`).join("")}${added}`;
}
