import type { Confinement, Mount } from "../../model/confinement.ts";
import { podSandbox } from "../../model/paths.ts";
import { byDepth } from "../volumes/by-depth.ts";
import { ociNamespaces } from "./namespaces.ts";
import { sharedMounts, sharedPlace } from "./shared-mounts.ts";

/** The process of a container: what is not in its Confinement. */
export interface OciProcess {
  readonly uid: string;
  readonly container: string;
  readonly argv: readonly string[];
  readonly terminal: boolean;
  readonly variables: ReadonlyMap<string, string>;
  /** seccomp of config.json; undefined: every system call is allowed. */
  readonly seccomp?: object | undefined;
}

/** Returns config.json of an OCI bundle. `specHash` says for which container it was written. */
export function ociBundle(confinement: Confinement, process: OciProcess, specHash: string): string {
  const { root, hostname, mounts, rlimits } = confinement;
  return JSON.stringify({
    ...specStamp(specHash),
    ociVersion: "1.0.2",
    process: {
      user: {
        uid: confinement.user.uid,
        gid: confinement.user.gid,
        additionalGids: confinement.user.groups,
        umask: confinement.umask,
      },
      ...(process.terminal && { terminal: true }),
      args: process.argv,
      env: [...process.variables].map(([name, value]) => `${name}=${value}`),
      cwd: confinement.workingDirectory,
      capabilities: capabilitySets(confinement),
      rlimits: Object.entries(rlimits).map(([name, { soft, hard }]) => ({
        type: `RLIMIT_${name.toUpperCase()}`,
        // JSON has no infinity, and no limit is that large.
        soft: Math.min(soft, Number.MAX_SAFE_INTEGER),
        hard: Math.min(hard, Number.MAX_SAFE_INTEGER),
      })),
      noNewPrivileges: confinement.noNewPrivileges,
      ...(confinement.appArmorProfile !== undefined && { apparmorProfile: confinement.appArmorProfile }),
    },
    root: { path: root.path, readonly: root.readOnly },
    ...(hostname !== undefined && { hostname }),
    mounts: allMounts(confinement, process),
    linux: {
      namespaces: ociNamespaces(confinement.namespaces, process.uid, process.container),
      sysctl: Object.fromEntries(
        Object.entries(confinement.sysctls).map(([path, value]) => [path.replaceAll("/", "."), value]),
      ),
      ...rootPropagation(mounts),
      ...(process.seccomp !== undefined && { seccomp: process.seccomp }),
      ...(!confinement.privileged && {
        maskedPaths: confinement.maskedPaths,
        readonlyPaths: confinement.readOnlyPaths,
      }),
    },
  });
}

const specStamp = (specHash: string) => ({ annotations: { "unitlet.dev/spec-hash": specHash } });

/** True when that config.json was written for a container with this spec hash. */
export function isBundleOf(text: string, specHash: string): boolean {
  return text.startsWith(`${JSON.stringify(specStamp(specHash)).slice(0, -1)},`);
}

/**
 * Returns the capability sets. The inheritable and ambient ones are empty, as with container runtimes: exec gives no
 * capability to a user other than root.
 */
function capabilitySets({ capabilities }: Confinement): object {
  return { bounding: capabilities, effective: capabilities, permitted: capabilities };
}

const NOSUID_NODEV = ["nosuid", "noexec", "nodev"];

interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Otherwise crun makes all mounts private first, so that none appears in the container later. */
function rootPropagation(mounts: readonly Mount[]): { readonly rootfsPropagation?: string } {
  const spread = new Set(mounts.map((mount) => (mount.type === "bind" ? mount.propagation : "private")));
  if (spread.has("shared")) return { rootfsPropagation: "rshared" };
  return spread.has("slave") ? { rootfsPropagation: "rslave" } : {};
}

function allMounts(confinement: Confinement, { uid, container }: OciProcess): readonly OciMount[] {
  const shared = sharedMounts(confinement.mounts);
  const own = confinement.mounts.map((mount) => {
    if (mount.type !== "bind" || !shared.includes(mount)) return ociMount(mount);
    return ociMount({ ...mount, source: sharedPlace(uid, container, shared.indexOf(mount)) });
  });
  const system = systemMounts(confinement, uid).filter(
    ({ destination }) => !isCovered(destination, confinement.mounts),
  );
  return byDepth([...system, ...own], ({ destination }) => destination);
}

/**
 * True for a mount of the runtime within a volume. The container sees the files of the volume there, as with containerd, which makes
 * these mounts before those of the pod (`WithMounts`). Within a shared one, such as /sys/fs of the host, they would appear on the host.
 * The shared memory of a pod is made after the pod's volumes.
 */
function isCovered(destination: string, mounts: readonly Mount[]): boolean {
  return mounts.some((mount) => {
    const isShared = mount.type === "bind" && mount.propagation === "shared";
    return destination.startsWith(`${mount.target}/`) && (isShared || destination !== "/dev/shm");
  });
}

/** Returns the mounts of /proc, /dev and /sys that container runtimes make. */
function systemMounts({ privileged, namespaces: { ipc } }: Confinement, uid: string): OciMount[] {
  const mount = (destination: string, type: string, source: string, options: readonly string[]) => ({
    destination,
    type,
    source,
    options,
  });
  const sys = privileged ? "rw" : "ro";
  return [
    mount("/proc", "proc", "proc", NOSUID_NODEV),
    ...(privileged
      ? [mount("/dev", "bind", "/dev", ["rbind", "rprivate", "rw"])]
      : [
          mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
          mount("/dev/pts", "devpts", "devpts", [
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5",
          ]),
        ]),
    // One of the container's own is among its mounts.
    ...(ipc === "container"
      ? []
      : [
          mount("/dev/shm", "bind", ipc === "host" ? "/dev/shm" : `${podSandbox(uid)}/shm`, ["rbind", ...NOSUID_NODEV]),
        ]),
    mount("/dev/mqueue", "mqueue", "mqueue", NOSUID_NODEV),
    mount("/sys", "sysfs", "sysfs", [...NOSUID_NODEV, sys]),
    mount("/sys/fs/cgroup", "cgroup", "cgroup", [...NOSUID_NODEV, "relatime", sys]),
  ];
}

function ociMount(mount: Mount): OciMount {
  const { target: destination, readOnly } = mount;
  const access = readOnly ? "ro" : "rw";
  if (mount.type === "tmpfs") {
    const size = mount.size === undefined ? [] : [`size=${mount.size}`];
    const options = ["nosuid", "nodev", access, `mode=${mount.mode.toString(8)}`, ...size];
    return { destination, type: "tmpfs", source: "tmpfs", options };
  }
  const propagation = { private: "rprivate", slave: "rslave", shared: "rshared" }[mount.propagation];
  // crun 1.8 accepts "rro" for directories only. Below a file nothing can be mounted.
  const below = readOnly && mount.recursiveReadOnly ? ["rro"] : [];
  // crun does not keep these options of the source's mount.
  const nosuidNodev = mount.nosuidNodev ? ["nosuid", "nodev"] : [];
  const options = ["rbind", propagation, access, ...below, ...nosuidNodev];
  return { destination, type: "bind", source: mount.source, options };
}
