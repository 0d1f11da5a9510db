import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { PodUsage } from "../../model/host/usage.ts";
import { podStateDir } from "../../model/paths.ts";
import { list } from "../files.ts";
import { CgroupFiles } from "./cgroup-files.ts";
import { readUnitUsage, unitCgroups } from "./cgroups.ts";

/** Longest time that one run spends on measuring files: what is not known by then counts against nobody. */
const MEASURE_BUDGET_MS = 4000;

/** By UID, for all pods of which anything runs. The files are measured of those in `onDisk` alone: that takes long. */
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
          ...(onDisk.has(podUID) ? measure(podUID, end) : { disk: 0, inodes: 0, volumes: new Map() }),
        },
      ];
    }),
  );
}

/** A pod's volumes on the disk are directories below its own. */
function measure(uid: string, end: number): Pick<PodUsage, "disk" | "inodes" | "volumes"> {
  const directory = join(podStateDir(uid), "volumes");
  const names = list(directory);
  const bytes = new Map(names.map((name) => [name, diskUsage(join(directory, name), end)]));
  return {
    disk: [...bytes.values()].reduce((a, b) => a + b, 0),
    inodes: names.reduce((sum, name) => sum + diskUsage(join(directory, name), end, "--inodes"), 0),
    volumes: bytes,
  };
}

/** 0 when du cannot tell, or not in time. */
function diskUsage(path: string, end: number, what = "--block-size=1"): number {
  const left = Math.floor(end - performance.now());
  if (left <= 0) return 0;
  try {
    // Not --one-file-system: on an overlay a file is on another one than its directory.
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
