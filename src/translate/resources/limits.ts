import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import type { UnitLines } from "../../model/unit.ts";
import {
  type Amounts,
  type CgroupHost,
  cpuShares,
  cpuWeight,
  type MemoryBounds,
  quotaMillicores,
} from "./resources.ts";

/** Returns what the kernel should have for the cgroup of a container or pod. */
export function limitsOf(
  { cpuRequest, cpuLimit, memoryLimit }: Omit<Amounts, "memoryRequest">,
  { hasCPUShares }: CgroupHost,
  { high, ...bounds }: MemoryBounds,
): Required<Pick<CgroupLimits, "memory" | "cpu">> & CgroupLimits {
  return {
    memory: memoryLimit > 0 ? memoryLimit : Number.POSITIVE_INFINITY,
    cpu: cpuLimit > 0 ? quotaMillicores(cpuLimit) / 1000 : Number.POSITIVE_INFINITY,
    ...(hasCPUShares
      ? { shares: cpuShares(cpuRequest) }
      : { weight: cpuWeight(cpuRequest), ...bounds, ...(high !== undefined && { high }) }),
  };
}

/** Leaves out the limits that only the lines of a package's own unit set. */
export function withoutPackageLimits(limits: ReturnType<typeof limitsOf>, lines: UnitLines): CgroupLimits {
  const sets = (key: string) => lines.some((line) => line[0] === key);
  const { memory, cpu, ...share } = limits;
  return {
    ...share,
    ...((memory !== Number.POSITIVE_INFINITY || !sets("MemoryMax")) && { memory }),
    ...((cpu !== Number.POSITIVE_INFINITY || !sets("CPUQuota")) && { cpu }),
  };
}
