/**
 * What one container may see and do, made once by translate/security/confinement.ts. One renderer writes it as
 * options of container-run and lines of a unit, another as config.json for crun. A pod that no renderer could satisfy has been rejected before. Environment,
 * resources and restarts are elsewhere.
 */
export interface Confinement {
  readonly user: ProcessUser;
  readonly workingDirectory: string;
  readonly umask: number;
  readonly root: RootFiles;
  /** In mount order: a later one may lie within an earlier one. */
  readonly mounts: readonly Mount[];
  /** Files and directories of /proc and /sys that are hidden, also from root. */
  readonly maskedPaths: readonly string[];
  readonly readOnlyPaths: readonly string[];
  /** All capabilities, all devices, nothing masked, no filter. */
  readonly privileged: boolean;
  /** The bounding set. Root has all of it, another user only by setuid or file capabilities. */
  readonly capabilities: readonly Capability[];
  readonly noNewPrivileges: boolean;
  readonly seccomp: Seccomp;
  /** A profile that the host has loaded; undefined: unconfined. */
  readonly appArmorProfile?: string;
  /** "user:role:type:level"; undefined: by the host's policy. */
  readonly seLinuxContext?: string;
  /** The host name; undefined: the host's, in the host's UTS namespace. */
  readonly hostname?: string;
  readonly namespaces: Namespaces;
  /**
   * Kernel parameters of the container's own namespaces, by their paths below /proc/sys. On an image there are none: the
   * sandbox owns the namespaces and sets them.
   */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly rlimits: Readonly<Partial<Record<Rlimit, { readonly soft: number; readonly hard: number }>>>;
}

/** IDs, which need no entry in any /etc/passwd. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, ascending, without gid. */
  readonly groups: readonly number[];
}

/** securityContext.runAsUser and runAsGroup; undefined: neither the container nor the pod says one. */
export interface RequestedUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * host: the host's files, read-only, without its /run, the agent's files and those of other pods. tree: a root file
 * system in a directory of the host.
 */
export interface RootFiles {
  readonly kind: "host" | "tree";
  /** The directory of a tree; undefined for the host's files. */
  readonly path?: string;
  /** Nothing outside of volumes is writable, /tmp included. */
  readonly readOnly: boolean;
}

export type Mount = BindMount | TmpfsMount;

/** A file or directory of the host, mounted in the container. */
export interface BindMount {
  readonly type: "bind";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /**
   * Read-only also for mounts below the source. Renderers without a difference make every read-only mount recursive.
   */
  readonly recursiveReadOnly: boolean;
  readonly propagation: Propagation;
  /** Mount options nosuid and nodev: setuid bits and device nodes below the source have no effect. */
  readonly nosuidNodev?: boolean;
  /** Left out when there is no source. */
  readonly optional?: boolean;
  /** A package's unit asks for it, so it reveals nothing that is hidden below its target. */
  readonly isOfPackage?: boolean;
}

/** An empty tmpfs for this container alone, new with each start. */
export interface TmpfsMount {
  readonly type: "tmpfs";
  readonly target: string;
  readonly readOnly: boolean;
  readonly mode: number;
  /** Bytes; undefined: half of the memory, the kernel's default. */
  readonly size?: number;
}

/** Mount propagation: None, HostToContainer, Bidirectional in the API. */
export type Propagation = "private" | "slave" | "shared";

/**
 * runtime-default: what container runtimes allow with these capabilities; all other system calls fail with EPERM.
 * localhost: a profile of the host's administrator, by its name.
 */
export type Seccomp =
  | { readonly type: "unconfined" | "runtime-default" }
  | { readonly type: "localhost"; readonly profile: string };

/** host: the host's. pod: shared by the pod's containers. container: its own. */
export interface Namespaces {
  /**
   * On the host's files all containers see the same PIDs, and this says which processes they can signal. target: the
   * namespace of the container that an ephemeral one looks into.
   */
  readonly pid: "host" | "pod" | "container" | "target";
  readonly ipc: "host" | "pod" | "container";
  readonly network: "host" | "pod";
  readonly uts: "host" | "pod" | "container";
  readonly user: "host" | "pod";
}

export type Rlimit = "nofile" | "nproc" | "memlock" | "core" | "stack";

/** A capability as the kernel spells it, such as "CAP_NET_BIND_SERVICE". */
export type Capability = `CAP_${string}`;
