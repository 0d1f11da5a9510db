import type { Config, EvictionThreshold } from "./config.ts";
import type { Host } from "./host.ts";

/**
 * What a host can run out of, by the names in the message of an eviction (`eviction/helpers.go: signalToResource`,
 * v1.36).
 */
export type PressureSignal = "memory" | "ephemeral-storage" | "inodes" | "pids";

/** Bytes, or a count. */
export interface ActivePressure {
  readonly of: PressureSignal;
  readonly threshold: number;
  readonly available: number;
}

/** The part of a host that is compared with thresholds. */
export type HostLevels = Pick<
  Host,
  | "memoryTotal"
  | "memoryAvailable"
  | "diskTotal"
  | "diskAvailable"
  | "inodesTotal"
  | "inodesFree"
  | "pidsMax"
  | "pidsUsed"
>;

/** Returns the thresholds that are met now, memory first. A total of 0 is a file system without that limit. */
export function activePressures({ evictionHard }: Config, host: HostLevels): readonly ActivePressure[] {
  const measured = [
    { of: "memory", signal: "memory.available", total: host.memoryTotal, available: host.memoryAvailable },
    { of: "ephemeral-storage", signal: "nodefs.available", total: host.diskTotal, available: host.diskAvailable },
    { of: "inodes", signal: "nodefs.inodesFree", total: host.inodesTotal, available: host.inodesFree },
    { of: "pids", signal: "pid.available", total: host.pidsMax, available: host.pidsMax - host.pidsUsed },
  ] as const;
  return measured
    .map(({ of, signal, total, available }) => {
      const threshold = total === 0 ? 0 : thresholdQuantity(evictionHard[signal], total);
      return { of, threshold, available };
    })
    .filter(({ threshold, available }) => available < threshold);
}

/** Returns bytes or a count; 0 without a threshold (`eviction/api/types.go: GetThresholdQuantity`, v1.36). */
export function thresholdQuantity(threshold: EvictionThreshold | undefined, total: number): number {
  if (threshold === undefined) return 0;
  return "quantity" in threshold ? threshold.quantity : threshold.fraction * total;
}

/** Returns how much of the disk a pull must leave free, as thousandths of its bytes and of its inodes. */
export function diskReserve(
  { evictionHard }: Pick<Config, "evictionHard">,
  { diskTotal, inodesTotal }: Pick<Host, "diskTotal" | "inodesTotal">,
): { readonly bytes: number; readonly inodes: number } {
  const thousandths = (threshold: EvictionThreshold | undefined, total: number) =>
    total === 0 ? 0 : Math.min(1000, Math.round((1000 * thresholdQuantity(threshold, total)) / total));
  return {
    bytes: thousandths(evictionHard["nodefs.available"], diskTotal),
    inodes: thousandths(evictionHard["nodefs.inodesFree"], inodesTotal),
  };
}
