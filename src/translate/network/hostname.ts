import type { Pod } from "../../model/api/pod.ts";

/** What the kernel takes as a host name, and what the API lets a pod override it with. */
const MAX_HOSTNAME_LENGTH = 63;

/** The pod's own name, without its domain. On the host's network nothing is named after it. */
export function podHostname({ metadata, spec }: Pod): string {
  return cut(spec.hostnameOverride || spec.hostname || metadata.name);
}

/** "" when the pod has none: a subdomain alone gives it a name in the cluster's DNS. */
export function podDomain({ metadata, spec }: Pod, clusterDomain: string): string {
  if (spec.hostnameOverride || !spec.subdomain) return "";
  return `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}`;
}

/** What the kernel calls the pod's containers; undefined: as the host, whose network they are meant to be on. */
export function kernelHostname(pod: Pod, clusterDomain: string): string | undefined {
  if (pod.spec.hostNetwork) return undefined;
  const domain = podDomain(pod, clusterDomain);
  return pod.spec.setHostnameAsFQDN && domain ? `${podHostname(pod)}.${domain}` : podHostname(pod);
}

/** Longer than the kernel takes: the kubelet does not start such a pod either. */
export function isHostnameTooLong(pod: Pod, clusterDomain: string): boolean {
  return (kernelHostname(pod, clusterDomain)?.length ?? 0) > 64;
}

function cut(name: string): string {
  return name.length <= MAX_HOSTNAME_LENGTH ? name : name.slice(0, MAX_HOSTNAME_LENGTH).replace(/[-.]+$/, "");
}
