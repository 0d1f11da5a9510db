/** A kernel parameter of a pod's securityContext. */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
}

export type SysctlNamespace = "IPC" | "Net";

/** `core/validation/validation.go: SysctlContainSlashFmt` and `SysctlMaxLength`, v1.36. */
const NAME = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const MAX_LENGTH = 253;

const IPC_NAMES = [
  "sem",
  ...["shm", "shmall", "shmmax", "shmmni", "shm_rmid_forced"],
  ...["msg", "msgmax", "msgmnb", "msgmni"],
].map((name) => `kernel.${name}`);

/** Returns the name with dots; `net/ipv4/conf/a.1/x` has its slashes and dots exchanged (component-helpers `sysctl.go: NormalizeName`, v0.36). */
export function normalizedSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === "/" ? name.replace(/[./]/g, (each) => (each === "/" ? "." : "/")) : name;
}

/**
 * Returns the namespace that a parameter, or the beginning of several, belongs to; undefined for one of the whole host
 * (component-helpers `namespace.go: namespaceOf`, v0.36).
 */
export function sysctlNamespace(normalized: string): SysctlNamespace | undefined {
  if (IPC_NAMES.includes(normalized) || normalized.startsWith("fs.mqueue.")) return "IPC";
  return normalized.startsWith("net.") ? "Net" : undefined;
}

/** Returns the parameter as a path below /proc/sys; undefined for a name that is none. */
export function sysctlPath(name: string): string | undefined {
  if (!NAME.test(name) || name.length > MAX_LENGTH) return undefined;
  return normalizedSysctl(name).replace(/[./]/g, (each) => (each === "/" ? "." : "/"));
}
