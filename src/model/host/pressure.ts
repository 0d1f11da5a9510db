import type { Config } from "./config.ts";
import type { Host } from "./host.ts";

/** What a host can run out of. */
export type PressureSignal = "memory" | "ephemeral-storage" | "inodes" | "pids";

/** In bytes or numbers. */
export interface ActivePressure {
  readonly of: PressureSignal;
  readonly threshold: number;
  readonly available: number;
}

type Fared = Pick<
  Host,
  "memoryAvailable" | "diskTotal" | "diskAvailable" | "inodesTotal" | "inodesFree" | "pidsMax" | "pidsUsed"
>;

/** What the host is short of now, memory first: the kubelet's thresholds, of which two are settings. */
export function activePressures({ evictionMemory, evictionDisk }: Config, host: Fared): readonly ActivePressure[] {
  const all: ActivePressure[] = [
    { of: "memory", threshold: evictionMemory, available: host.memoryAvailable },
    { of: "ephemeral-storage", threshold: evictionDisk * host.diskTotal, available: host.diskAvailable },
    // A total of 0 is a file system that has no such limit.
    { of: "inodes", threshold: host.inodesTotal / 20, available: host.inodesFree },
    { of: "pids", threshold: host.pidsMax / 20, available: host.pidsMax - host.pidsUsed },
  ];
  return all.filter(({ threshold, available }) => available < threshold);
}
