import type { Pod } from "../../model/api/pod.ts";

/** Longest label of a host name (`kubelet_pods.go: truncatePodHostnameIfNeeded`, v1.36). */
const MAX_HOSTNAME_LENGTH = 63;

/** Returns the pod's host name without its domain. A pod with hostNetwork has the host's name. */
export function podHostname({ metadata, spec }: Pod): string {
  return cut(spec.hostnameOverride || spec.hostname || metadata.name);
}

/** Returns the pod's domain (`kubelet_pods.go: GeneratePodHostNameAndDomain`, v1.36); "" without a subdomain. */
export function podDomain({ metadata, spec }: Pod, clusterDomain: string): string {
  if (spec.hostnameOverride || !spec.subdomain) return "";
  return `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}`;
}

/** Returns the host name of the pod's containers; undefined for hostNetwork, where it is the host's. */
export function kernelHostname(pod: Pod, clusterDomain: string): string | undefined {
  if (pod.spec.hostNetwork) return undefined;
  const domain = podDomain(pod, clusterDomain);
  return pod.spec.setHostnameAsFQDN && domain ? `${podHostname(pod)}.${domain}` : podHostname(pod);
}

/**
 * True for a name longer than the kernel's 64 characters, with which the kubelet starts no pod either
 * (`kubelet/util/util.go: GetNodenameForKernel`, v1.36).
 */
export function isHostnameTooLong(pod: Pod, clusterDomain: string): boolean {
  return (kernelHostname(pod, clusterDomain)?.length ?? 0) > 64;
}

function cut(name: string): string {
  return name.length <= MAX_HOSTNAME_LENGTH ? name : name.slice(0, MAX_HOSTNAME_LENGTH).replace(/[-.]+$/, "");
}
