import type { CgroupLimits } from "../model/host/cgroup-limits.ts";
import type { ActualUnit } from "../model/unit.ts";

/** The kernel rounds limits of memory down to whole pages. Larger pages are rare, and theirs are multiples of these. */
const PAGE_BYTES = 4096;
/** CPUQuota= has two decimals of a percent. */
const CPU_PRECISION = 0.0002;

/** Returns the limits that the lines of a unit ask for. */
export function limitsOf(text: string): CgroupLimits {
  const value = (key: string) => new RegExp(`^${key}=(\\d+(?:\\.\\d+)?)%?$`, "m").exec(text)?.[1];
  const number = (key: string) => (value(key) === undefined ? undefined : Number(value(key)));
  const [weight, shares] = [number("CPUWeight"), number("CPUShares")];
  return {
    memory: number("MemoryMax") ?? Number.POSITIVE_INFINITY,
    cpu: (number("CPUQuota") ?? Number.POSITIVE_INFINITY) / 100,
    ...(weight !== undefined && { weight }),
    ...(shares !== undefined && { shares }),
  };
}

/**
 * True unless the kernel has other limits for a unit than the text asks for: systemd 257 reads changed units at a reload
 * and leaves their cgroups as they are. Limits that could not be read do not differ.
 */
export function areInForce(text: string, { limits }: Pick<ActualUnit, "limits">): boolean {
  return limits === undefined || hasLimits(limitsOf(text), limits);
}

/** True unless a limit that is known on both sides differs. */
export function hasLimits(wanted: CgroupLimits, limits: CgroupLimits): boolean {
  const differ = (key: keyof CgroupLimits, isEqual: (a: number, b: number) => boolean) => {
    const [wish, fact] = [wanted[key], limits[key]];
    return wish !== undefined && fact !== undefined && wish !== fact && !isEqual(wish, fact);
  };
  return !(
    differ("memory", (a, b) => Math.abs(a - b) < PAGE_BYTES) ||
    differ("cpu", (a, b) => Math.abs(a - b) < CPU_PRECISION) ||
    differ("weight", () => false) ||
    differ("shares", () => false)
  );
}
