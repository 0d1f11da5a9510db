/** The limits of one cgroup. Infinity is no limit. Undefined: the cgroup has no such file. */
export interface CgroupLimits {
  /** Bytes. */
  readonly memory?: number;
  /** CPUs. */
  readonly cpu?: number;
  /** cpu.weight of v2, from 1 to 10,000. */
  readonly weight?: number;
  /** cpu.shares of v1: 1024 for one CPU. */
  readonly shares?: number;
}
