/** The limits of one cgroup. Infinity is no limit. Undefined: the cgroup has no such file. */
export interface CgroupLimits {
  /** Bytes. */
  readonly memory?: number;
  /** Bytes of swap; cgroup v2 only. */
  readonly swap?: number;
  /** memory.min of v2 in bytes. */
  readonly min?: number;
  /** memory.low of v2 in bytes. */
  readonly low?: number;
  /** memory.high of v2 in bytes. */
  readonly high?: number;
  /** CPUs. */
  readonly cpu?: number;
  /** cpu.weight of v2, from 1 to 10,000. */
  readonly weight?: number;
  /** cpu.shares of v1: 1024 for one CPU. */
  readonly shares?: number;
  /** pids.max: a count of threads. */
  readonly tasks?: number;
}

/** The kernel rounds limits of memory down to whole pages. Larger pages are rare, and theirs are multiples of these. */
const PAGE_BYTES = 4096;
/** CPUQuota= has two decimals of a percent. */
const CPU_PRECISION = 0.0002;

/** A unit as it should be, and as it is. */
export interface Limited {
  readonly limits?: CgroupLimits;
}

/**
 * True unless the kernel has other limits for a unit than it should: systemd 257 reads changed units at a reload and
 * leaves their cgroups as they are. Limits that could not be read do not differ.
 */
export function areInForce(wanted: Limited, { limits }: Limited): boolean {
  return wanted.limits === undefined || limits === undefined || hasLimits(wanted.limits, limits);
}

/** True unless a limit that is known on both sides differs. */
export function hasLimits(wanted: CgroupLimits, limits: CgroupLimits): boolean {
  const differ = (key: keyof CgroupLimits, isEqual: (a: number, b: number) => boolean) => {
    const [wish, fact] = [wanted[key], limits[key]];
    return wish !== undefined && fact !== undefined && wish !== fact && !isEqual(wish, fact);
  };
  return !(
    (["memory", "high", "swap", "min", "low"] as const).some((key) =>
      differ(key, (a, b) => Math.abs(a - b) < PAGE_BYTES),
    ) ||
    differ("cpu", (a, b) => Math.abs(a - b) < CPU_PRECISION) ||
    differ("weight", () => false) ||
    differ("shares", () => false) ||
    differ("tasks", () => false)
  );
}
