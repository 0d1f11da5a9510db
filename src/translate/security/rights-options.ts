import type { Capability, Confinement } from "../../model/confinement.ts";
import { enterFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import { isEveryCapability } from "./capabilities.ts";
import { forbidsNamespaces } from "./seccomp.ts";

/** Rights that a package's unit changes. */
export interface RightsExtras {
  readonly ambientCapabilities?: readonly string[];
  /** The program may make no mounts and namespaces, whatever the pod says. */
  readonly isFiltered?: boolean;
  /** The program has the variables and the umask of its unit as well. */
  readonly keepsEnvironment?: boolean;
}

/**
 * True for a container that is meant to reach other processes: nothing keeps it from them. shareProcessNamespace is
 * ignored on the host's files.
 */
export function reachesProcesses({ namespaces, capabilities }: Confinement): boolean {
  return namespaces.pid === "host" || REACHING.some((name) => capabilities.includes(name));
}

/** Capabilities for reaching other processes or mounting, which Landlock would deny. */
export const REACHING = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"] as const;

/** Returns the options of container-run and container-join that take rights from a process. */
export function rightsOptions(
  confinement: Confinement,
  { ambientCapabilities: ambient = [], isFiltered = false }: RightsExtras = {},
): readonly string[] {
  const { user, capabilities, noNewPrivileges, appArmorProfile } = confinement;
  return [
    ...(appArmorProfile === undefined ? [] : ["--apparmor-profile", appArmorProfile]),
    ...(reachesProcesses(confinement) ? [] : ["--landlock"]),
    ...(isFiltered || forbidsNamespaces(confinement) ? ["--forbid-namespaces"] : []),
    ...(noNewPrivileges ? ["--no-new-privs"] : []),
    ...(isEveryCapability(capabilities) ? [] : ["--bounding-set", names(capabilities)]),
    ...(ambient.length === 0 ? [] : ["--ambient-caps", names(ambient)]),
    ...["--reuid", String(user.uid), "--regid", String(user.gid)],
    ...(user.groups.length === 0 ? [] : ["--groups", user.groups.join(",")]),
  ];
}

function names(capabilities: readonly (Capability | string)[]): string {
  return capabilities.map((name) => name.toLowerCase().replace(/^cap_/, "")).join(",") || "none";
}

/**
 * Returns the file by which container-enter gives a program the rights of a container on the host's own files: the
 * options of container-join, one word a line. The namespaces and the system call filter are those of the process.
 */
export function enterRights(container: string, confinement: Confinement, extras: RightsExtras = {}): DesiredFile {
  const words = [...(extras.keepsEnvironment ? ["--keep-environment"] : []), ...rightsOptions(confinement, extras)];
  return { name: enterFile(container), text: words.map((word) => `${word}\n`).join(""), uid: 0 };
}
