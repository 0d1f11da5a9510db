import type { Config } from "./config.ts";
import { thresholdQuantity } from "./pressure.ts";

/** Millicores, bytes, a count. */
export interface Allocatable {
  readonly cpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly pods: number;
}

export interface Capacity {
  readonly cpus: number;
  /** Bytes. */
  readonly memoryTotal: number;
  /** As in Host. */
  readonly hugePages?: number;
  readonly diskTotal: number;
}

/**
 * Returns what pods can request: the capacity without systemReserved and the thresholds of evictionHard
 * (`cm/node_container_manager_linux.go: getNodeAllocatableAbsolute`, v1.36), and without huge pages, which are no memory
 * for other uses (`nodestatus/setters.go: MachineInfo`).
 */
export function allocatable(
  { systemReserved, evictionHard, maxPods }: Config,
  { cpus, memoryTotal, hugePages = 0, diskTotal }: Capacity,
): Allocatable {
  const memory = Math.floor(thresholdQuantity(evictionHard["memory.available"], memoryTotal));
  const disk = Math.floor(thresholdQuantity(evictionHard["nodefs.available"], diskTotal));
  return {
    cpu: Math.max(0, 1000 * cpus - systemReserved.cpu),
    memory: Math.max(0, memoryTotal - systemReserved.memory - memory - hugePages),
    ephemeralStorage: Math.max(0, diskTotal - systemReserved.ephemeralStorage - disk),
    pods: maxPods,
  };
}
