/**
 * What one container may see and do, made once from its pod by translate/confinement.ts. A renderer for each way of
 * starting a container says the same in its own words; a renderer that cannot say something is never asked to: the pod
 * was refused before. Environment, resources and restarts are no part of it.
 */
export interface Confinement {
  readonly user: ProcessUser;
  readonly workingDirectory: string;
  readonly umask: number;
  readonly root: RootFiles;
  /** In the order in which they are to be made: a later one may lie within an earlier one. */
  readonly mounts: readonly Mount[];
  /** Not to be seen in the container, also by root: files and directories of /proc and /sys. */
  readonly maskedPaths: readonly string[];
  readonly readOnlyPaths: readonly string[];
  /** All capabilities, all devices, nothing masked, no filter. */
  readonly privileged: boolean;
  /** What the process and its children can ever have; root has them, another user only by setuid or file capabilities. */
  readonly capabilities: readonly Capability[];
  readonly noNewPrivileges: boolean;
  readonly seccomp: Seccomp;
  /** Name of a profile that the host has loaded; undefined: unconfined. */
  readonly appArmorProfile?: string;
  /** "user:role:type:level"; undefined: as the policy of the host has it. */
  readonly seLinuxContext?: string;
  /** Undefined: the host's own, in the host's UTS namespace. */
  readonly hostname?: string;
  readonly namespaces: Namespaces;
  /** Values of the kernel that belong to one of the pod's own namespaces. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly rlimits: Readonly<Partial<Record<Rlimit, { readonly soft: number; readonly hard: number }>>>;
}

/** Numbers alone: neither needs an entry in any /etc/passwd. */
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
 * host: the host's own files, read-only, without its /run and what belongs to the agent and to other pods.
 * tree: a directory of the host that holds a root file system of its own.
 */
export interface RootFiles {
  readonly kind: "host" | "tree";
  /** Only of a tree. */
  readonly path?: string;
  /** Nothing outside of volumes can be written, /tmp included. */
  readonly readOnly: boolean;
}

export type Mount = BindMount | TmpfsMount;

/** A file or directory of the host at a place of the container. */
export interface BindMount {
  readonly type: "bind";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Also what is mounted below the source. Where a renderer knows nothing else, readOnly means this too. */
  readonly recursiveReadOnly: boolean;
  readonly propagation: Propagation;
  /** Mount options nosuid and nodev: setuid bits and device nodes below the source have no effect. */
  readonly nosuidNodev?: boolean;
  /** The source is made by a helper that runs in the container's own mounts, just before the program. */
  readonly late?: boolean;
}

/** Empty, in memory, for this container alone, new with each start. */
export interface TmpfsMount {
  readonly type: "tmpfs";
  readonly target: string;
  readonly readOnly: boolean;
  readonly mode: number;
  /** Bytes; undefined: half of the memory, as the kernel has it. */
  readonly size?: number;
}

/** As runtimes call them: None, HostToContainer, Bidirectional. */
export type Propagation = "private" | "slave" | "shared";

/** runtime-default: what container runtimes allow, by the container's capabilities; all other system calls fail with EPERM. */
export interface Seccomp {
  readonly type: "unconfined" | "runtime-default";
}

/** host: the host's. pod: one for all containers of the pod. container: one of its own. */
export interface Namespaces {
  /**
   * On the host's files all see the same numbers; then it says whose processes are within reach. target: that of the
   * container that an ephemeral one is to look into.
   */
  readonly pid: "host" | "pod" | "container" | "target";
  readonly ipc: "host" | "pod" | "container";
  readonly network: "host" | "pod";
  readonly uts: "host" | "pod" | "container";
  readonly user: "host" | "pod";
}

export type Rlimit = "nofile" | "nproc" | "memlock" | "core" | "stack";

/** As the kernel writes it, such as "CAP_NET_BIND_SERVICE". */
export type Capability = `CAP_${string}`;
