import type { PodUsage } from "../../model/host/usage.ts";
import { readLogUsage } from "../journal/log-usage.ts";
import { CgroupFiles } from "./cgroup-files.ts";
import { readUnitUsage, unitCgroups } from "./cgroups.ts";
import { measurePod, type PodDiskUsage } from "./disk-usage.ts";

/** The longest time that one run spends on measuring files. Each pod has its share of what is left. */
const MEASURE_BUDGET_MS = 4000;

/** Returns the usage of all pods with running units, by UID. Files are measured for the pods in `onDisk` only: that is slow. */
export async function readPodUsage(onDisk: ReadonlySet<string>): Promise<ReadonlyMap<string, PodUsage>> {
  const files = new CgroupFiles();
  const memory = Map.groupBy(readUnitUsage(), ({ identity }) => identity.podUID);
  const slices = unitCgroups(files).filter(({ identity }) => identity.container === "");
  const disk = await measure(slices.map(({ identity }) => identity.podUID).filter((uid) => onDisk.has(uid)));
  return new Map(
    slices.map(({ identity: { podUID }, path }) => {
      const units = memory.get(podUID) ?? [];
      const containers = units.filter(({ identity }) => identity.container !== "");
      return [
        podUID,
        {
          memory: units.find(({ identity }) => identity.container === "")?.workingSet ?? 0,
          processes: files.counter(files.isUnified ? "" : "pids", path, "pids.current") ?? 0,
          containers: new Map(containers.map((each) => [each.identity.container, each.workingSet ?? 0])),
          ...(disk.get(podUID) ?? UNMEASURED),
        },
      ];
    }),
  );
}

type DiskUsage = Pick<PodUsage, "disk" | "inodes" | "containerDisk" | "volumes">;

const UNMEASURED: DiskUsage = { disk: 0, inodes: 0, containerDisk: new Map(), volumes: new Map() };

async function measure(uids: readonly string[]): Promise<ReadonlyMap<string, DiskUsage>> {
  const logs = uids.length === 0 ? undefined : readLogUsage();
  const usage = new Map<string, DiskUsage>();
  for (const [uid, { inodes, containers, volumes }] of await measurePods(uids, MEASURE_BUDGET_MS)) {
    const containerDisk = new Map(containers);
    for (const [name, bytes] of logs?.get(uid) ?? []) containerDisk.set(name, (containerDisk.get(name) ?? 0) + bytes);
    const disk = [...volumes.values(), ...containerDisk.values()].reduce((sum, bytes) => sum + bytes, 0);
    usage.set(uid, { disk, inodes, containerDisk, volumes });
  }
  return usage;
}

/** Returns what these pods keep on the disk, by UID, after `budgetMs` at most. Each has its share of the time that is left. */
export async function measurePods(
  uids: readonly string[],
  budgetMs: number,
): Promise<ReadonlyMap<string, PodDiskUsage>> {
  const end = performance.now() + budgetMs;
  const measured = new Map<string, PodDiskUsage>();
  for (const [at, uid] of uids.entries())
    measured.set(uid, await measurePod(uid, (end - performance.now()) / (uids.length - at)));
  return measured;
}
