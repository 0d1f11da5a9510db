import { type CgroupFiles, field } from "./cgroup-files.ts";
import { type Pressure, readHostPressure } from "./cgroup-pressure.ts";
import { readNodeUsage, type Usage } from "./cgroups.ts";

/** The usage of the whole host, in seconds, bytes and counts. Undefined without accounting in the kernel. */
export interface NodeStats extends Usage {
  readonly memory?: number;
  readonly rss?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
  readonly pressure: Pressure;
}

const KEYS1 = ["total_rss", "total_pgfault", "total_pgmajfault"] as const;
const KEYS2 = ["anon", "pgfault", "pgmajfault"] as const;

/** Returns the statistics of the whole host. */
export function readNodeStats(files: CgroupFiles): NodeStats {
  const stat = files.text(files.isUnified ? "" : "memory", "", "memory.stat");
  const [anon, faults, majors] = files.isUnified ? KEYS2 : KEYS1;
  const counts = { rss: field(stat, anon), pageFaults: field(stat, faults), majorPageFaults: field(stat, majors) };
  const known = Object.entries({ memory: readRootMemory(files), ...counts }).filter(([, value]) => value !== undefined);
  return { ...readNodeUsage(), ...Object.fromEntries(known), pressure: readHostPressure() };
}

/**
 * Returns what all processes use, in bytes. The root of v2 has no memory.current, so pages are summed up as runc does
 * (`cgroups/fs2/memory.go: rootStatsFromMeminfo`, v0.0.6).
 */
export function readRootMemory(files: CgroupFiles): number | undefined {
  if (!files.isUnified) return files.counter("memory", "", "memory.usage_in_bytes");
  const stat = files.text("", "", "memory.stat");
  const [anon, file] = [field(stat, "anon"), field(stat, "file")];
  return anon === undefined || file === undefined ? undefined : anon + file;
}
