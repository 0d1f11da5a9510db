import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { PodUsage } from "../../model/host/usage.ts";
import { podStateDir } from "../../model/paths.ts";
import { list } from "../files.ts";
import { CgroupFiles } from "./cgroup-files.ts";
import { readUnitUsage, unitCgroups } from "./cgroups.ts";

/** The longest time that one run spends on measuring files. A directory that is not measured by then counts as 0. */
const MEASURE_BUDGET_MS = 4000;

/** The end of the name of a file with a termination message (model/paths.ts: messageFile). */
const MESSAGE = ".message";

/** Returns the usage of all pods with running units, by UID. Files are measured for the pods in `onDisk` only: that is slow. */
export function readPodUsage(onDisk: ReadonlySet<string>): ReadonlyMap<string, PodUsage> {
  const files = new CgroupFiles();
  const end = performance.now() + MEASURE_BUDGET_MS;
  const memory = Map.groupBy(readUnitUsage(), ({ identity }) => identity.podUID);
  const slices = unitCgroups(files).filter(({ identity }) => identity.container === "");
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
          ...(onDisk.has(podUID) ? measure(podUID, end) : UNMEASURED),
        },
      ];
    }),
  );
}

type DiskUsage = Pick<PodUsage, "disk" | "inodes" | "containerDisk" | "volumes">;

const UNMEASURED: DiskUsage = { disk: 0, inodes: 0, containerDisk: new Map(), volumes: new Map() };

/**
 * Measures the directories of a pod below /var/lib/unitlet. Logs do not count: journald stores the entries of all units
 * together, and a count for one unit would take a read of all of them.
 */
function measure(uid: string, end: number): DiskUsage {
  const state = podStateDir(uid);
  const volumes = new Map(
    list(join(state, "volumes")).map((name) => [name, diskUsage(join(state, "volumes", name), end)]),
  );
  const layers = list(join(state, "roots")).map((name) => [name, join(state, "roots", name, "upper")] as const);
  const messages = list(state)
    .filter((name) => name.endsWith(MESSAGE))
    .map((name) => [name.slice(0, -MESSAGE.length), join(state, name)] as const);
  const containerDisk = new Map<string, number>();
  for (const [name, path] of [...layers, ...messages])
    containerDisk.set(name, (containerDisk.get(name) ?? 0) + diskUsage(path, end));
  const trees = [...[...volumes.keys()].map((name) => join(state, "volumes", name)), ...layers.map(([, path]) => path)];
  return {
    disk: [...volumes.values(), ...containerDisk.values()].reduce((a, b) => a + b, 0),
    inodes: trees.reduce((sum, path) => sum + diskUsage(path, end, "--inodes"), 0),
    containerDisk,
    volumes,
  };
}

/** Returns bytes or a count of inodes; 0 when the path is missing or `end` has passed. */
function diskUsage(path: string, end: number, what = "--block-size=1"): number {
  const left = Math.floor(end - performance.now());
  if (left <= 0) return 0;
  try {
    // With --one-file-system, du would leave out the files of an overlay, whose device differs from that of their directory.
    const output = execFileSync("du", ["--summarize", what, path], {
      timeout: left,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Number.parseInt(output, 10) || 0;
  } catch {
    return 0;
  }
}
