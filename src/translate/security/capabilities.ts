import type { Pod } from "../../model/api/pod.ts";
import type { SecurityContext } from "../../model/api/security-context.ts";
import type { Capability } from "../../model/confinement.ts";
import type { PodNetwork } from "../../model/pod-network.ts";

/** Capabilities of Linux in the order of their numbers. */
const ALL = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
).split(" ");

/** Capabilities that container runtimes give by default. */
const DEFAULT = new Set(
  (
    "CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE " +
    "SETFCAP"
  ).split(" "),
);

/**
 * Returns the default capabilities that the containers of a pod do not get. NET_RAW sniffs and forges packets of the
 * whole host where a pod is on the host's network: PodSecurity `baseline` admits such a pod only because it does not
 * ask for hostNetwork.
 */
export function withheldCapabilities({ spec }: Pod, network: Pick<PodNetwork, "isHost">): readonly string[] {
  return network.isHost && !spec.hostNetwork ? ["NET_RAW"] : [];
}

/**
 * Returns the capabilities ascending by number, as runtimes do: "ALL" first, then what is added, then what is dropped
 * by name. `withheld` are missing from the default.
 */
export function capabilitiesOf(
  { privileged, capabilities }: SecurityContext = {},
  withheld: readonly string[] = [],
): readonly Capability[] {
  if (privileged) return ALL.map(named);
  const add = (capabilities?.add ?? []).map(bare);
  const drop = (capabilities?.drop ?? []).map(bare);
  const isDefault = (name: string) => DEFAULT.has(name) && !drop.includes("ALL") && !withheld.includes(name);
  const has = (name: string) => !drop.includes(name) && (add.includes(name) || add.includes("ALL") || isDefault(name));
  return ALL.filter(has).map(named);
}

/** Returns the capabilities whose bits are set. */
export function capabilitiesWithin(capabilities: readonly Capability[], bits: bigint): readonly Capability[] {
  return capabilities.filter((name) => ((bits >> BigInt(ALL.indexOf(bare(name)))) & 1n) === 1n);
}

/** Returns the names that Linux does not have. */
export function unknownCapabilities(names: readonly string[]): readonly string[] {
  return names.filter((name) => bare(name) !== "ALL" && !ALL.includes(bare(name)));
}

/** True for the set of privileged containers. */
export function isEveryCapability(capabilities: readonly Capability[]): boolean {
  return capabilities.length === ALL.length;
}

function bare(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}

function named(name: string): Capability {
  return `CAP_${name}`;
}
