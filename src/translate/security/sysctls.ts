import type { Pod } from "../../model/api/pod.ts";
import { normalizedSysctl, sysctlNamespace, sysctlPath } from "../../model/api/sysctl.ts";
import type { Config } from "../../model/host/config.ts";
import { hasOwnNetwork } from "../../model/pod-network.ts";
import type { AdmissionRejection } from "../resources/fit.ts";

/** Parameters that no pod can use against another one (`sysctl/safe_sysctls.go`, v1.36, for kernels since 4.15). */
const SAFE: readonly string[] = [
  "kernel.shm_rmid_forced",
  ...["ip_local_port_range", "ip_local_reserved_ports", "ip_unprivileged_port_start", "ping_group_range"],
  ...["tcp_fin_timeout", "tcp_keepalive_intvl", "tcp_keepalive_probes", "tcp_keepalive_time", "tcp_rmem"],
  ...["tcp_syncookies", "tcp_wmem"],
].map((name) => (name.includes(".") ? name : `net.ipv4.${name}`));

/**
 * Returns why the node forbids a kernel parameter of the pod (`sysctl/allowlist.go: Admit`, v1.36). On the host's network
 * a pod sets none of it.
 */
export function forbiddenSysctl(
  pod: Pod,
  config: Pick<Config, "allowedUnsafeSysctls" | "podNetwork">,
): AdmissionRejection | undefined {
  const { spec } = pod;
  for (const sysctl of spec.securityContext?.sysctls ?? []) {
    const name = normalizedSysctl(sysctl.name);
    const of = sysctlNamespace(name);
    const forbidden = (why: string) => ({
      reason: "SysctlForbidden",
      message: `forbidden sysctl: ${JSON.stringify(name)} ${why}`,
    });
    if (of === undefined || !isAllowed(name, config.allowedUnsafeSysctls)) return forbidden("not allowlisted");
    if (of === "IPC" && spec.hostIPC) return forbidden("not allowed with host IPC enabled");
    if (of === "Net" && !hasOwnNetwork(pod, config)) {
      const why = spec.hostNetwork ? "" : ": all pods of this node have the host's network";
      return forbidden(`not allowed with host Net enabled${why}`);
    }
  }
  return undefined;
}

function isAllowed(name: string, unsafe: readonly string[]): boolean {
  const matches = (pattern: string) => {
    const normalized = normalizedSysctl(pattern);
    const star = normalized.indexOf("*");
    return star < 0 ? normalized === name : name.startsWith(normalized.slice(0, star));
  };
  return SAFE.includes(name) || unsafe.some(matches);
}

/** Returns the kernel parameters of the pod's IPC namespaces: path below /proc/sys → value. */
export function ipcSysctls(pod: Pod): Readonly<Record<string, string>> {
  return pod.spec.hostIPC ? {} : sysctlsOf(pod, "IPC");
}

/** What containerd gives a network by default (`sandbox_run_linux.go: sandboxContainerSpec`, v2): any user opens any port, and pings. */
const NETWORK_DEFAULTS = { "net/ipv4/ip_unprivileged_port_start": "0", "net/ipv4/ping_group_range": "0 2147483647" };

/** Returns those of the pod's own network. */
export function networkSysctls(pod: Pod, config: Pick<Config, "podNetwork">): Readonly<Record<string, string>> {
  return hasOwnNetwork(pod, config) ? { ...NETWORK_DEFAULTS, ...sysctlsOf(pod, "Net") } : {};
}

function sysctlsOf({ spec }: Pod, namespace: "IPC" | "Net"): Readonly<Record<string, string>> {
  const entries = (spec.securityContext?.sysctls ?? []).flatMap(({ name, value }) => {
    const path = sysctlPath(name);
    return path === undefined || sysctlNamespace(normalizedSysctl(name)) !== namespace ? [] : [[path, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Returns those as arguments of a helper. */
export function sysctlWords(sysctls: Readonly<Record<string, string>>): string[] {
  return Object.entries(sysctls).map(([path, value]) => `--sysctl=${path}=${value}`);
}
