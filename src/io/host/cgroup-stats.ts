import { type DiskUse, readDisks } from "./cgroup-disks.ts";
import { type CgroupFiles, field } from "./cgroup-files.ts";
import { workingSet } from "./cgroup-memory.ts";
import { type Pressure, readPressure } from "./cgroup-pressure.ts";
import { cpuOf } from "./cgroups.ts";
import { readOomKills } from "./oom-kills.ts";

/**
 * The statistics of one cgroup that cAdvisor reports, in seconds, bytes and counts. Undefined without accounting in the kernel.
 */
export interface CgroupStats {
  readonly cpu?: number;
  readonly cpuUser?: number;
  readonly cpuSystem?: number;
  readonly periods?: number;
  readonly throttledPeriods?: number;
  readonly throttled?: number;
  /** Period and quota are in microseconds. Without a quota there is no limit. */
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  /** The shares of cgroup v1: 1024 for one CPU. */
  readonly cpuShares?: number;
  readonly memory?: number;
  readonly workingSet?: number;
  readonly memoryMax?: number;
  readonly cache?: number;
  readonly rss?: number;
  readonly mapped?: number;
  readonly swap?: number;
  readonly failures?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
  /** Undefined without a limit. */
  readonly memoryLimit?: number;
  readonly swapLimit?: number;
  readonly oomKills?: number;
  readonly processes?: number;
  readonly threads?: number;
  /** Undefined without a limit. */
  readonly threadsMax?: number;
  readonly disks: readonly DiskUse[];
  readonly pressure: Pressure;
}

const USER_HZ = 100;

/** Returns the statistics of one cgroup. `path` is relative to the root of the hierarchy. */
export function readCgroupStats(files: CgroupFiles, path: string): CgroupStats {
  const time = { ...cpuTime(files, path), ...cpuLimits(files, path) };
  const rest = { ...memory(files, path), ...tasks(files, path) };
  return { ...defined({ ...time, ...rest }), disks: readDisks(files, path), pressure: readPressure(files, path) };
}

/** Returns the values without the undefined ones. */
function defined<T extends Record<string, number | undefined>>(values: T): { [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function cpuTime(files: CgroupFiles, path: string) {
  const stat = files.text("", path, "cpu.stat");
  const old = files.isUnified ? "" : files.text("cpu", path, "cpu.stat");
  const ticks = files.isUnified ? "" : files.text("cpuacct", path, "cpuacct.stat");
  return {
    cpu: cpuOf(files, path),
    cpuUser: scaled(field(stat, "user_usec"), 1e6) ?? scaled(field(ticks, "user"), USER_HZ),
    cpuSystem: scaled(field(stat, "system_usec"), 1e6) ?? scaled(field(ticks, "system"), USER_HZ),
    periods: field(stat, "nr_periods") ?? field(old, "nr_periods"),
    throttledPeriods: field(stat, "nr_throttled") ?? field(old, "nr_throttled"),
    throttled: scaled(field(stat, "throttled_usec"), 1e6) ?? scaled(field(old, "throttled_time"), 1e9),
  };
}

function cpuLimits(files: CgroupFiles, path: string) {
  if (files.isUnified) {
    const [quota, period] = files.text("", path, "cpu.max").trim().split(" ").map(Number);
    const weight = files.counter("", path, "cpu.weight");
    return {
      cpuPeriod: period,
      cpuQuota: Number.isNaN(quota) || period === undefined ? undefined : quota,
      // cAdvisor's formula, which is not the inverse of the one that makes weights (`helpers.go: convertCPUWeightToCPULimit`, v0.56).
      cpuShares: weight === undefined ? undefined : 2 + Math.floor(((weight - 1) * 262_142) / 9999),
    };
  }
  const quota = files.counter("cpu", path, "cpu.cfs_quota_us");
  return {
    cpuPeriod: files.counter("cpu", path, "cpu.cfs_period_us"),
    cpuQuota: quota === undefined || quota < 0 ? undefined : quota,
    cpuShares: files.counter("cpu", path, "cpu.shares"),
  };
}

function memory(files: CgroupFiles, path: string) {
  return files.isUnified ? memory2(files, path) : memory1(files, path);
}

function memory2(files: CgroupFiles, path: string) {
  const counter = (name: string) => files.counter("", path, name);
  const stat = files.text("", path, "memory.stat");
  const events = files.text("", path, "memory.events");
  const current = counter("memory.current");
  return {
    memory: current,
    workingSet: current === undefined ? undefined : workingSet(current, stat),
    memoryMax: counter("memory.peak"),
    cache: field(stat, "file"),
    rss: field(stat, "anon"),
    mapped: field(stat, "file_mapped"),
    swap: counter("memory.swap.current"),
    failures: field(events, "max"),
    pageFaults: field(stat, "pgfault"),
    majorPageFaults: field(stat, "pgmajfault"),
    memoryLimit: counter("memory.max"),
    swapLimit: counter("memory.swap.max"),
    oomKills: readOomKills(files, path),
  };
}

/** A limit of v1 from this value (bytes) on means "no limit". */
const NO_LIMIT_BYTES = 2 ** 62;

function memory1(files: CgroupFiles, path: string) {
  const counter = (name: string) => files.counter("memory", path, name);
  const stat = files.text("memory", path, "memory.stat");
  const current = counter("memory.usage_in_bytes");
  const limit = (value: number | undefined) => (value !== undefined && value < NO_LIMIT_BYTES ? value : undefined);
  return {
    memory: current,
    workingSet: current === undefined ? undefined : workingSet(current, stat),
    memoryMax: counter("memory.max_usage_in_bytes"),
    cache: field(stat, "total_cache"),
    rss: field(stat, "total_rss"),
    mapped: field(stat, "total_mapped_file"),
    swap: field(stat, "total_swap"),
    failures: counter("memory.failcnt"),
    pageFaults: field(stat, "total_pgfault"),
    majorPageFaults: field(stat, "total_pgmajfault"),
    memoryLimit: limit(counter("memory.limit_in_bytes")),
    swapLimit: limit(counter("memory.memsw.limit_in_bytes")),
    oomKills: readOomKills(files, path),
  };
}

function tasks(files: CgroupFiles, path: string) {
  const processes = files.text("", path, "cgroup.procs");
  return {
    processes: processes.split("\n").length - 1,
    threads: files.counter(files.isUnified ? "" : "pids", path, "pids.current"),
    threadsMax: files.counter(files.isUnified ? "" : "pids", path, "pids.max"),
  };
}

function scaled(value: number | undefined, perUnit: number): number | undefined {
  return value === undefined ? undefined : value / perUnit;
}
