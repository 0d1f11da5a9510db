import type { Confinement, Mount } from "../../model/confinement.ts";
import { podRunDir, privateTmp, RESOLVER_PATHS } from "../../model/paths.ts";
import { launchMounts } from "../host-lines.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { byDepth } from "../volumes/by-depth.ts";
import { resolveVarRun } from "../volumes/clean-path.ts";
import { type RightsExtras, reachesProcesses, rightsOptions } from "./rights-options.ts";

/** What a container has besides its pod's fields: by annotations, or by a package's unit. */
export interface RunExtras extends RightsExtras {
  /** The program sends notifications to systemd. */
  readonly notifies: boolean;
  /** Directories that the program may write to, although the host's files are read-only. */
  readonly writable?: readonly string[];
  readonly hidden?: readonly string[];
  readonly mounts?: readonly Mount[];
}

/** systemd's notification socket, which a container's own /run hides. */
const NOTIFY_SOCKET = "/run/systemd/notify";

/** Returns the words before the program's argv: container-run, which gives the container its mounts and rights. */
export function runWords(
  { pod, container }: Pick<ResolvedContainer, "pod" | "container">,
  confinement: Confinement,
  libDir: string,
  { notifies, writable = [], hidden = [], mounts: more = [], ...extras }: RunExtras,
): readonly string[] {
  const { uid } = pod.metadata;
  const { hostname, namespaces, privileged } = confinement;
  const mounts = [
    ...ownDirectories(confinement, privateTmp(uid, container.name)),
    ...resolverMounts(confinement),
    ...(namespaces.ipc === "host" && !privileged ? ["/dev/shm", "/dev/mqueue"].map(sameAsHost) : []),
    ...(notifies ? [sameAsHost(NOTIFY_SOCKET)] : []),
    ...writable.map((path) => ({ ...sameAsHost(path), isOfPackage: true })),
    ...more.map((mount) => ({ ...mount, isOfPackage: true })),
    ...launchMounts(pod, container),
    ...confinement.mounts,
  ];
  return [
    `${libDir}/container-run`,
    ...["--record", podRunDir(uid), container.name],
    ...(privileged ? ["--host-devices"] : []),
    ...(reachesProcesses(confinement) ? ["--host-proc"] : []),
    ...(namespaces.ipc === "host" ? [] : ["--unshare-ipc"]),
    ...Object.entries(confinement.sysctls).flatMap((sysctl) => ["--sysctl", ...sysctl]),
    ...(hostname === undefined ? [] : ["--hostname", hostname]),
    ...(extras.keepsEnvironment ? ["--keep-environment"] : []),
    ...confinement.readOnlyPaths.flatMap((path) => ["--read-only", path]),
    ...hidden.flatMap((path) => ["--hide", path]),
    ...byDepth(mounts, ({ target }) => resolveVarRun(target)).flatMap(mountOption),
    ...rightsOptions(confinement, extras),
    "--",
  ];
}

/** Returns the container's own /run and directories for temporary files. A volume replaces its directory. */
function ownDirectories({ root, mounts }: Confinement, temporary: string): readonly Mount[] {
  const isFree = (path: string) => !mounts.some(({ target }) => resolveVarRun(target) === path);
  const tmpfs = (target: string, mode: number): Mount => ({ type: "tmpfs", target, mode, readOnly: root.readOnly });
  const own = [
    ["/tmp", "tmp"],
    ["/var/tmp", "var-tmp"],
  ].map(([target = "", name]): Mount => {
    const source = `${temporary}/${name}`;
    return root.readOnly ? tmpfs(target, 0o1777) : { ...PRIVATE_BIND, source, target };
  });
  return [tmpfs("/run", 0o755), ...own].filter(({ target }) => isFree(target));
}

const PRIVATE_BIND = { type: "bind", readOnly: false, recursiveReadOnly: false, propagation: "private" } as const;

/** Returns the mounts of what /etc/resolv.conf of the host leads to, below the /run that the container does not see. */
function resolverMounts({ mounts }: Confinement): readonly Mount[] {
  if (mounts.some(({ target }) => target === "/etc/resolv.conf")) return [];
  return RESOLVER_PATHS.map((path) => ({ ...sameAsHost(path), readOnly: true }));
}

function sameAsHost(path: string): Mount {
  return { ...PRIVATE_BIND, source: path, target: path, optional: true };
}

function mountOption(mount: Mount): readonly string[] {
  const target = resolveVarRun(mount.target);
  if (mount.type === "tmpfs") {
    const mode = `mode=${mount.mode.toString(8).padStart(4, "0")}`;
    const size = mount.size === undefined ? [] : [`size=${mount.size}`];
    return ["--tmpfs", [mode, ...size, ...(mount.readOnly ? ["ro"] : [])].join(","), target];
  }
  const words = [
    mount.readOnly ? "ro" : "rw",
    ...(mount.propagation === "shared" ? [] : [mount.propagation]),
    ...(mount.nosuidNodev ? ["nosuid", "nodev"] : []),
    ...(mount.optional ? ["optional"] : []),
    ...(mount.isOfPackage ? ["covered"] : []),
  ];
  return ["--bind", words.join(","), mount.source, target];
}
