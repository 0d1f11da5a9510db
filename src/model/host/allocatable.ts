import type { Config } from "./config.ts";

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
  readonly diskTotal: number;
}

/** What pods may ask for: what there is, without what the configuration keeps for the host and for the eviction's margin. */
export function allocatable(config: Config, { cpus, memoryTotal, diskTotal }: Capacity): Allocatable {
  return {
    cpu: 1000 * cpus - config.reservedCpu,
    memory: memoryTotal - config.reservedMemory - config.evictionMemory,
    ephemeralStorage: diskTotal - Math.floor(diskTotal * config.evictionDisk),
    pods: config.maxPods,
  };
}
