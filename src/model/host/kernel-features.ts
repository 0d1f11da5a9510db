/** What unitlet uses and not every kernel has. */
export interface KernelFeatures {
  readonly cgroups: "v1" | "v2";
  /** The names of v2: "io" is "blkio" on v1. */
  readonly controllers: readonly string[];
  /** System calls that make the mounts of containers on the host's files. */
  readonly missingCalls: readonly string[];
  /** The kernel shows the system call filter of a process (CONFIG_CHECKPOINT_RESTORE), which `kubectl exec` needs. */
  readonly showsFilters: boolean;
  /** PSI. */
  readonly countsPressure: boolean;
  /** A limit of swap has an effect on a cgroup. */
  readonly limitsSwap: boolean;
}
