import type { Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import type { Problem } from "../../model/problem.ts";
import { isHostnameTooLong } from "../network/hostname.ts";

/**
 * Returns problems with host names, /etc/hosts and /etc/resolv.conf that the pod asks for and this host cannot provide.
 */
export function nameProblems(pod: Pod, { clusterDomain }: Config, { confinementProbe }: Host): Problem[] {
  const { hostAliases = [], dnsConfig, dnsPolicy, subdomain } = pod.spec;
  const problems: Problem[] = [];
  const lacks = (name: string) => confinementProbe !== undefined && !confinementProbe.present.has(name);
  const missing = (path: string, name: string) =>
    problems.push({
      severity: "reject",
      path,
      because: `cannot be honoured: the host has no ${name} that the pod's could cover`,
      remedy: `create ${name} on the host; it may be empty`,
    });
  if (hostAliases.length > 0 && lacks("/etc/hosts")) missing("spec.hostAliases", "/etc/hosts");
  if (dnsConfig !== undefined && lacks("/etc/resolv.conf")) missing("spec.dnsConfig", "/etc/resolv.conf");
  else if (dnsPolicy === "None" && lacks("/etc/resolv.conf")) missing("spec.dnsPolicy", "/etc/resolv.conf");
  if (isHostnameTooLong(pod, clusterDomain)) {
    problems.push({
      severity: "reject",
      path: "spec.setHostnameAsFQDN",
      because: `makes a host name of more than the 64 characters that Linux takes, with the subdomain "${subdomain}"`,
      remedy: "shorten hostname or subdomain, or set it to false",
    });
  }
  return problems;
}
