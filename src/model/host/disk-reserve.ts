import type { Config, EvictionThresholds } from "./config.ts";
import type { DiskLevels, Host } from "./host.ts";
import { thresholdQuantity } from "./pressure.ts";

type Levels = Pick<DiskLevels, "diskTotal" | "inodesTotal">;

/** Returns how much of the disk a pull must leave free, as thousandths of its bytes and of its inodes. */
export function diskReserve(
  { evictionHard }: Pick<Config, "evictionHard">,
  host: Levels & Pick<Host, "imageDisk">,
): { readonly bytes: number; readonly inodes: number } {
  const { bytes, inodes } = imageThresholds(evictionHard, host);
  const thousandths = (quantity: number, total: number) =>
    total === 0 ? 0 : Math.min(1000, Math.round((1000 * quantity) / total));
  const { diskTotal, inodesTotal } = host.imageDisk ?? host;
  return { bytes: thousandths(bytes, diskTotal), inodes: thousandths(inodes, inodesTotal) };
}

/** Returns the thresholds of the file system of images: the higher ones where it has the files of pods as well. */
function imageThresholds(thresholds: EvictionThresholds, host: Levels & Pick<Host, "imageDisk">) {
  const { diskTotal, inodesTotal } = host.imageDisk ?? host;
  const isShared = host.imageDisk === undefined;
  const highest = (total: number, own: keyof EvictionThresholds, other: keyof EvictionThresholds) =>
    Math.max(thresholdQuantity(thresholds[own], total), isShared ? thresholdQuantity(thresholds[other], total) : 0);
  return {
    bytes: highest(diskTotal, "imagefs.available", "nodefs.available"),
    inodes: highest(inodesTotal, "imagefs.inodesFree", "nodefs.inodesFree"),
  };
}
