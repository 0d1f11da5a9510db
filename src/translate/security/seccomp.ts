import type { Container, Pod } from "../../model/api/pod.ts";
import type { SecurityProfileType } from "../../model/api/security-context.ts";
import type { Capability, Seccomp } from "../../model/confinement.ts";
import type { UnitLines } from "../../model/unit.ts";

/**
 * The runtimes' default profile in groups of systemd. RestrictNamespaces= covers setns, unshare and clone with
 * namespaces. sethostname needs a capability anyway, and the launcher uses it.
 */
const ALLOWED =
  "@system-service chroot clock_adjtime fanotify_mark memfd_secret mincore modify_ldt pidfd_getfd pkey_alloc pkey_free " +
  "pkey_mprotect process_mrelease ptrace seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self sethostname";
const DENIED = "~@keyring io_uring_enter io_uring_register io_uring_setup migrate_pages move_pages userfaultfd";

/** System calls that the profile allows with a capability. */
const BY_CAPABILITY: Readonly<Record<Capability, string>> = {
  CAP_BPF: "bpf",
  CAP_DAC_READ_SEARCH: "open_by_handle_at",
  CAP_PERFMON: "perf_event_open",
  CAP_SYS_ADMIN:
    "@mount bpf fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount_setattr move_mount open_tree " +
    "perf_event_open quotactl setdomainname",
  CAP_SYS_BOOT: "reboot",
  CAP_SYS_MODULE: "@module",
  CAP_SYS_NICE: "migrate_pages move_pages",
  CAP_SYS_PACCT: "acct",
  CAP_SYS_RAWIO: "ioperm iopl",
  CAP_SYS_TIME: "@clock",
  CAP_SYS_TTY_CONFIG: "vhangup",
  CAP_SYSLOG: "syslog",
};

/** Returns the container's seccomp setting, or else the pod's. A privileged container has no filter. */
export function seccompOf(pod: Pod, { securityContext: own }: Container): Seccomp {
  if (own?.privileged) return { type: "unconfined" };
  const type: SecurityProfileType | undefined = (own?.seccompProfile ?? pod.spec.securityContext?.seccompProfile)?.type;
  return { type: type === "RuntimeDefault" ? "runtime-default" : "unconfined" };
}

/**
 * Returns the filter. Forbidden calls fail with EPERM, as with runtimes. Calls of other architectures are forbidden
 * altogether: a filter for each would double the 3 ms that this costs at each start.
 */
export function seccompLines(seccomp: Seccomp, capabilities: readonly Capability[]): UnitLines {
  if (seccomp.type === "unconfined") return [];
  const more = capabilities.map((name) => BY_CAPABILITY[name]).filter((names) => names !== undefined);
  return [
    ["SystemCallFilter", ALLOWED],
    ["SystemCallFilter", DENIED],
    ...more.map((names): [string, string] => ["SystemCallFilter", names]),
    ["SystemCallErrorNumber", "EPERM"],
    ["SystemCallArchitectures", "native"],
    // uts: the launcher creates one for the container's host name.
    ...(capabilities.includes("CAP_SYS_ADMIN") ? [] : ([["RestrictNamespaces", "uts"]] as const)),
  ];
}
