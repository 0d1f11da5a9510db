import type { FileSystemUsage } from "../../io/host/file-system-usage.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import { family, labels } from "./exposition.ts";

/** The families of the kubelet (`metrics/collectors/volume_stats.go`, v1.36). */
const FAMILIES: readonly (readonly [string, string, keyof FileSystemUsage])[] = [
  ["capacity_bytes", "Capacity in bytes of the volume", "capacity"],
  ["available_bytes", "Number of available bytes in the volume", "available"],
  ["used_bytes", "Number of used bytes in the volume", "used"],
  ["inodes", "Maximum number of inodes in the volume", "inodes"],
  ["inodes_free", "Number of free inodes in the volume", "inodesFree"],
  ["inodes_used", "Number of used inodes in the volume", "inodesUsed"],
];

/** Returns the kubelet_volume_stats_* of all claims. A claim that several pods mount has one sample. `usage` is by path. */
export function volumeStats(pods: readonly PodSummary[], usage: ReadonlyMap<string, FileSystemUsage>): string {
  const byClaim = new Map<string, FileSystemUsage>();
  for (const { namespace, claims = [] } of pods) {
    for (const { claim, path } of claims) {
      const measured = usage.get(path);
      if (measured !== undefined) byClaim.set(labels({ namespace, persistentvolumeclaim: claim }), measured);
    }
  }
  return FAMILIES.map(([name, help, key]) =>
    family(
      `kubelet_volume_stats_${name}`,
      "gauge",
      help,
      [...byClaim].map(([own, measured]) => ({ labels: own, value: measured[key] })),
    ),
  ).join("");
}
