import type { Container, Pod } from "../../model/api/pod.ts";
import type { Capability, Confinement, Seccomp } from "../../model/confinement.ts";
import type { UnitLines } from "../../model/unit.ts";

/** The runtimes' default profile in groups of systemd. */
const ALLOWED =
  "@system-service chroot clock_adjtime fanotify_mark memfd_secret mincore modify_ldt pidfd_getfd pkey_alloc pkey_free " +
  "pkey_mprotect process_mrelease ptrace seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self";
const DENIED = "~@keyring io_uring_enter io_uring_register io_uring_setup migrate_pages move_pages userfaultfd";

/**
 * The system calls by which container-run makes mounts and namespaces and sets the user. It forbids those for mounts and
 * namespaces again before it executes the program, see forbidsNamespaces.
 */
export const FOR_CONTAINER_RUN =
  "@setuid capset prctl sethostname unshare open_tree move_mount fsopen fsconfig fsmount mount_setattr openat2 mkdirat mknodat " +
  "symlinkat statx landlock_create_ruleset landlock_add_rule landlock_restrict_self";

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
  const { type, localhostProfile } = own?.seccompProfile ?? pod.spec.securityContext?.seccompProfile ?? {};
  if (type === "Localhost") return { type: "localhost", profile: localhostProfile ?? "" };
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
    ["SystemCallFilter", FOR_CONTAINER_RUN],
    ...more.map((names): [string, string] => ["SystemCallFilter", names]),
    ["SystemCallErrorNumber", "EPERM"],
    ["SystemCallArchitectures", "native"],
  ];
}

/** True when the program may make no mounts and namespaces, as with the runtimes' default profile. */
export function forbidsNamespaces({ seccomp, capabilities }: Pick<Confinement, "seccomp" | "capabilities">): boolean {
  return seccomp.type !== "unconfined" && !capabilities.includes("CAP_SYS_ADMIN");
}
