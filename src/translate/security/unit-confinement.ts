import type { Confinement, Mount, ProcessUser } from "../../model/confinement.ts";
import type { ConfinementProbe } from "../../model/host/confinement-probe.ts";
import { RESOLVER_PATHS } from "../../model/paths.ts";
import type { UnitLines } from "../../model/unit.ts";
import { quoteBind, quotePath, quoteWord } from "../../unitfile/quote.ts";
import { resolveVarRun } from "../volumes/clean-path.ts";
import { isEveryCapability } from "./capabilities.ts";
import { PERL } from "./host-files.ts";
import { seccompLines } from "./seccomp.ts";

/** Returns the confinement as lines of a unit. None of them takes rights from helpers that run with "+". */
export function confinementLines(confinement: Confinement, files: ConfinementProbe | undefined): UnitLines {
  const { mounts } = confinement;
  return [
    // The launch file enters the container's own directory with the container's rights.
    ["WorkingDirectory", "/"],
    ...hostFilesLines(confinement, files?.present ?? new Set()),
    ...ownDirectoryLines(confinement),
    ...mounts.map(mountLine),
    ...rightsLines(confinement),
  ];
}

/**
 * Returns the lines that make the host's files read-only; devices and terminals stay writable. ProtectSystem=strict
 * would leave /sys and /dev writable and need ProtectHome= besides. The agent's files and those of other pods are
 * hidden by empty directories.
 */
function hostFilesLines(
  { privileged, readOnlyPaths, mounts, namespaces }: Confinement,
  present: ReadonlySet<string>,
): UnitLines {
  const isResolved = mounts.some(({ target }) => target === "/etc/resolv.conf");
  const sharedMemory = namespaces.ipc === "host" && !privileged ? ["/dev/shm", "/dev/mqueue"] : [];
  // "-": after a boot another kernel may lack the path, and the unit would fail.
  const optional = (paths: readonly string[]) => paths.filter((path) => present.has(path)).map((path) => `-${path}`);
  return [
    ["ReadOnlyPaths", ["/", ...optional(readOnlyPaths)].join(" ")],
    ["ReadWritePaths", ["/proc", ...(privileged ? ["/dev", "/sys"] : []), ...sharedMemory].join(" ")],
    ["TemporaryFileSystem", "/var/lib/unitlet:ro /etc/unitlet:ro"],
    ...optional(isResolved ? [] : RESOLVER_PATHS).map((path): [string, string] => ["BindReadOnlyPaths", path]),
  ];
}

/**
 * Returns the lines for the container's own directories. A volume replaces its directory, because systemd would mount
 * both in its own order. A mount below one needs a directory that is new for each command: with PrivateTmp= a container
 * may have left a link on the way.
 */
function ownDirectoryLines({ root, mounts }: Confinement): UnitLines {
  const isFree = (path: string) => !mounts.some(({ target }) => resolveVarRun(target) === path);
  const temporary = ["/tmp", "/var/tmp"].filter(isFree);
  const own = isFree("/run") ? [tmpfs("/run", 0o755, root.readOnly)] : [];
  const isBusy = mounts.some(({ target }) => temporary.some((path) => target.startsWith(`${path}/`)));
  if (temporary.length === 2 && !root.readOnly && !isBusy) return [["PrivateTmp", "yes"], ...own];
  return [...temporary.map((path) => tmpfs(path, 0o1777, root.readOnly)), ...own];
}

function tmpfs(path: string, mode: number, readOnly: boolean, size?: number): readonly [string, string] {
  const options = [
    `mode=${mode.toString(8).padStart(4, "0")}`,
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(readOnly ? ["ro"] : []),
  ];
  return ["TemporaryFileSystem", `${/^[\w./-]+$/.test(path) ? path : quoteWord(path)}:${options.join(",")}`];
}

function mountLine(mount: Mount): readonly [string, string] {
  if (mount.type === "tmpfs") return tmpfs(mount.target, mount.mode, mount.readOnly, mount.size);
  const source = mount.late ? `-${mount.source}` : mount.source;
  return [mount.readOnly ? "BindReadOnlyPaths" : "BindPaths", quoteBind(source, mount.target)];
}

function rightsLines({ privileged, noNewPrivileges, seccomp, capabilities, ...rest }: Confinement): UnitLines {
  return [
    // PrivateDevices= and ProtectHostname= would add a system call filter, which is the pod's choice.
    ...(privileged ? [] : ([["DevicePolicy", "closed"]] as const)),
    ...(rest.namespaces.ipc === "host" ? [] : ([["PrivateIPC", "yes"]] as const)),
    ...(noNewPrivileges ? ([["NoNewPrivileges", "yes"]] as const) : []),
    ...(rest.appArmorProfile === undefined ? [] : [["AppArmorProfile", quotePath(rest.appArmorProfile)] as const]),
    ...seccompLines(seccomp, capabilities),
    ...Object.entries(rest.rlimits).map(([name, { soft, hard }]) => {
      const limits = soft === hard ? [soft] : [soft, hard];
      return [`Limit${name.toUpperCase()}`, limits.map(printLimit).join(":")] as const;
    }),
  ];
}

function printLimit(limit: number): string {
  return Number.isFinite(limit) ? String(limit) : "infinity";
}

/**
 * Returns the words before the container's argv that drop the last rights. User= is not used: systemd rejects a UID
 * without a passwd entry (217/USER), and then the helpers that record the exit cannot run. CapabilityBoundingSet= is
 * not used either: setting the user or the host name needs more capabilities than the container may have.
 */
export function launchPrefix(confinement: Confinement, libDir: string, files?: ConfinementProbe): readonly string[] {
  const { hostname } = confinement;
  const words = setprivOptions(confinement);
  return [
    ...(hostname === undefined ? [] : hostnamePrefix(hostname)),
    ...(hasLandlock(confinement, files) ? [`${libDir}/container-landlock`] : []),
    ...(words.length === 0 ? [] : ["/usr/bin/setpriv", ...words, "--"]),
  ];
}

/**
 * Returns the options of setpriv(1) that give a container its user and groups and take capabilities from it; none when
 * nothing changes.
 */
export function setprivOptions({ user, capabilities }: Confinement): readonly string[] {
  const isEverything = isEveryCapability(capabilities);
  const bounds = isEverything ? [] : [`--bounding-set=${boundingSet(capabilities)}`, "--inh-caps=-all"];
  return [...identity(user), ...bounds];
}

/**
 * True when Landlock keeps the container's processes off all others; false when it is meant to reach them.
 * shareProcessNamespace is ignored on the host's files. PrivatePIDs= is no alternative: it needs systemd 257, and PID 1
 * ignores the signals that a program does not catch.
 */
export function hasLandlock({ namespaces, capabilities }: Confinement, files?: ConfinementProbe): boolean {
  const isFenced = namespaces.pid !== "host" && !REACHING.some((name) => capabilities.includes(name));
  return isFenced && files?.present.has(PERL) === true;
}

/** Capabilities for reaching other processes or mounting, which Landlock would deny. */
const REACHING = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"] as const;

function identity({ uid, gid, groups }: ProcessUser): string[] {
  if (uid === 0 && gid === 0 && groups.length === 0) return [];
  const supplementary = groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`;
  return [`--reuid=${uid}`, `--regid=${gid}`, supplementary];
}

function boundingSet(capabilities: Confinement["capabilities"]): string {
  return ["-all", ...capabilities.map((name) => `+${name.slice("CAP_".length).toLowerCase()}`)].join(",");
}

/**
 * Returns the words that set the host name. ProtectHostname= creates a namespace as well, but forbids to set the name.
 */
function hostnamePrefix(hostname: string): string[] {
  return ["/usr/bin/unshare", "--uts", "--", "/bin/sh", "-c", 'hostname "$0" && exec "$@"', hostname];
}
