import type { EvictionSignal, EvictionThresholds } from "../../model/host/config.ts";
import type { DiskLevels } from "../../model/host/host.ts";
import { thresholdQuantity } from "../../model/host/pressure.ts";
import { error, type Finding, ok } from "./finding.ts";

/** The file systems of pods and of images. `imageDisk` is undefined when both are one. */
export interface Disks extends DiskLevels {
  readonly imageDisk?: DiskLevels;
}

/** Compares the file systems with the hard thresholds. Those of nodefs and imagefs apply to one that has both pods and images. */
export function diskFindings(
  { imageDisk, ...disk }: Disks,
  thresholds: EvictionThresholds,
  directory: string,
): readonly Finding[] {
  const of = imageDisk === undefined ? (["nodefs", "imagefs"] as const) : (["nodefs"] as const);
  return [
    ...levelFindings(disk, of, thresholds, directory),
    ...(imageDisk === undefined ? [] : levelFindings(imageDisk, ["imagefs"], thresholds, `${directory}/images`)),
  ];
}

function levelFindings(
  { diskTotal, diskAvailable, inodesTotal, inodesFree }: DiskLevels,
  of: readonly ("nodefs" | "imagefs")[],
  thresholds: EvictionThresholds,
  directory: string,
): readonly Finding[] {
  const percent = (free: number, total: number) => Math.floor((100 * free) / total);
  const isShort = (what: "available" | "inodesFree", free: number, total: number) =>
    of.some((disk) => free < thresholdQuantity(thresholds[`${disk}.${what}` satisfies EvictionSignal], total));
  const space = `${percent(diskAvailable, diskTotal)} % of ${directory} is free`;
  const inodes = `${percent(inodesFree, inodesTotal)} % of the inodes of ${directory} are free`;
  const report = "and the node reports DiskPressure";
  return [
    isShort("available", diskAvailable, diskTotal)
      ? error("disk", `${space}, ${report}: make room, or set evictionHard`)
      : ok("disk", space),
    ...(inodesTotal > 0 && isShort("inodesFree", inodesFree, inodesTotal)
      ? [error("inodes", `${inodes}, ${report}: remove directories with many files, or set evictionHard`)]
      : []),
  ];
}
