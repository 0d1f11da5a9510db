import { readOptional } from "../files.ts";

/** The memory of the host in bytes. */
export interface HostMemory {
  readonly total: number;
  /** What all processes use, with file pages that the kernel cannot reclaim at once. */
  readonly workingSet: number;
  /** The rest. The kernel's own memory is a part of it, as in the kubelet's memory.available. */
  readonly available: number;
  /** The part of `total` that is reserved as huge pages of any size. */
  readonly hugePages: number;
  readonly swapTotal: number;
  readonly swapUsed: number;
}

/** Reads /proc/meminfo. */
export function readHostMemory(): HostMemory {
  return hostMemory(readOptional("/proc/meminfo") ?? "");
}

/**
 * Returns the memory that a text of /proc/meminfo tells. The working set is that of the root cgroup: anonymous and file pages
 * (`cgroups/fs2/memory.go: rootStatsFromMeminfo`, v0.0.6) without inactive file pages (cAdvisor's `handler.go: setMemoryStats`,
 * v0.56). The kernel counts the same pages here as for the root of either version, also for a host in a container.
 * `units/helpers/agent/run-needed` has the same sum.
 */
export function hostMemory(meminfo: string): HostMemory {
  const bytes = (key: string) => 1024 * Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(meminfo)?.[1] ?? 0);
  const total = bytes("MemTotal");
  const pages = bytes("AnonPages") + bytes("Cached") + bytes("Buffers") + bytes("SwapCached");
  const workingSet = Math.max(0, pages - bytes("Inactive\\(file\\)"));
  const swapTotal = bytes("SwapTotal");
  return {
    total,
    workingSet,
    available: total - workingSet,
    hugePages: bytes("Hugetlb"),
    swapTotal,
    swapUsed: swapTotal - bytes("SwapFree"),
  };
}
