import type { DiskUse } from "../../io/host/cgroup-disks.ts";
import type { Pressure, PressureStats } from "../../io/host/cgroup-pressure.ts";
import type { CgroupStats } from "../../io/host/cgroup-stats.ts";
import type { Traffic } from "../../io/host/network.ts";
import type { Type } from "./exposition.ts";

/** One family of metrics, and the statistic of its samples. */
export interface MetricFamily {
  readonly figure: Exclude<keyof CgroupStats, "disks" | "pressure">;
  readonly name: string;
  readonly type: Type;
  readonly help: string;
  /** Labels besides those of the container. */
  readonly labels?: Readonly<Record<string, string>>;
}

type Row = readonly [figure: MetricFamily["figure"], name: string, type: Type, help: string];

const CPU: readonly Row[] = [
  ["cpuUser", "cpu_user_seconds_total", "counter", "Cumulative user cpu time consumed in seconds."],
  ["cpuSystem", "cpu_system_seconds_total", "counter", "Cumulative system cpu time consumed in seconds."],
  ["cpu", "cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds."],
];

/** The families that only cgroups with a CPU limit have. */
const THROTTLING: readonly Row[] = [
  ["periods", "cpu_cfs_periods_total", "counter", "Number of elapsed enforcement period intervals."],
  ["throttledPeriods", "cpu_cfs_throttled_periods_total", "counter", "Number of throttled period intervals."],
  ["throttled", "cpu_cfs_throttled_seconds_total", "counter", "Total time duration the container has been throttled."],
  ["cpuQuota", "spec_cpu_quota", "gauge", "CPU quota of the container."],
];

const MEMORY: readonly Row[] = [
  ["cache", "memory_cache", "gauge", "Number of bytes of page cache memory."],
  ["rss", "memory_rss", "gauge", "Size of RSS in bytes."],
  ["mapped", "memory_mapped_file", "gauge", "Size of memory mapped files in bytes."],
  ["swap", "memory_swap", "gauge", "Container swap usage in bytes."],
  ["failures", "memory_failcnt", "counter", "Number of memory usage hits limits"],
  ["memory", "memory_usage_bytes", "gauge", "Current memory usage in bytes, cache and all"],
  ["memoryMax", "memory_max_usage_bytes", "gauge", "Maximum memory usage recorded in bytes"],
  ["workingSet", "memory_working_set_bytes", "gauge", "Current working set in bytes."],
  ["oomKills", "oom_events_total", "counter", "Count of out of memory events observed for the container"],
];

const TASKS: readonly Row[] = [
  ["processes", "processes", "gauge", "Number of processes running inside the container."],
  ["threads", "threads", "gauge", "Number of threads running inside the container"],
];

const STALLED = "Total time duration no tasks in the container could make progress due to";
const WAITING = "Total time duration tasks in the container have waited due to";

/** The families of pressure by resource and scope. Kernels without PSI have none. */
export const PRESSURE_FAMILIES = [
  ["cpu", "full", "container_pressure_cpu_stalled_seconds_total", `${STALLED} CPU congestion.`],
  ["cpu", "some", "container_pressure_cpu_waiting_seconds_total", `${WAITING} CPU congestion.`],
  ["memory", "full", "container_pressure_memory_stalled_seconds_total", `${STALLED} memory congestion.`],
  ["memory", "some", "container_pressure_memory_waiting_seconds_total", `${WAITING} memory congestion.`],
  ["io", "full", "container_pressure_io_stalled_seconds_total", `${STALLED} IO congestion.`],
  ["io", "some", "container_pressure_io_waiting_seconds_total", `${WAITING} IO congestion.`],
] as const satisfies readonly (readonly [keyof Pressure, keyof PressureStats, string, string])[];

/** The families in which 0 means "no limit". */
const LIMITS: readonly Row[] = [
  ["cpuPeriod", "spec_cpu_period", "gauge", "CPU period of the container."],
  ["cpuShares", "spec_cpu_shares", "gauge", "CPU share of the container."],
  ["memoryLimit", "spec_memory_limit_bytes", "gauge", "Memory limit for the container."],
  ["swapLimit", "spec_memory_swap_limit_bytes", "gauge", "Memory swap limit for the container."],
  ["threadsMax", "threads_max", "gauge", "Maximum number of threads allowed inside the container"],
];

const asFamily = ([figure, name, type, help]: Row): MetricFamily => ({
  figure,
  name: `container_${name}`,
  type,
  help,
  // cAdvisor can report each CPU, and dashboards sum over the label.
  ...(figure === "cpu" ? { labels: { cpu: "total" } } : {}),
});

/** The families of every cgroup. */
export const METRIC_FAMILIES = [...CPU, ...MEMORY, ...TASKS].map(asFamily);
/** The families of cgroups with a CPU limit. */
export const QUOTA_FAMILIES = THROTTLING.map(asFamily);
/** The families of limits. */
export const SPEC_FAMILIES = LIMITS.map(asFamily);

export const FAULT_FAMILIES = [
  ["pgfault", "pageFaults"],
  ["pgmajfault", "majorPageFaults"],
] as const satisfies readonly (readonly [type: string, figure: keyof CgroupStats])[];

export const DISK_FAMILIES = [
  ["readBytes", "container_fs_reads_bytes_total", "Cumulative count of bytes read"],
  ["reads", "container_fs_reads_total", "Cumulative count of reads completed"],
  ["writtenBytes", "container_fs_writes_bytes_total", "Cumulative count of bytes written"],
  ["writes", "container_fs_writes_total", "Cumulative count of writes completed"],
] as const satisfies readonly (readonly [keyof DiskUse, string, string])[];

const TRAFFIC = ["bytes", "packets", "errors", "dropped"] as const satisfies readonly (keyof Traffic)[];
const NAMES = { bytes: "bytes", packets: "packets", errors: "errors", dropped: "packets_dropped" };

/** The names of the network families by direction and statistic. */
export const NETWORK_FAMILIES = (["receive", "transmit"] as const).flatMap((direction) =>
  TRAFFIC.map((figure) => ({ direction, figure, name: `container_network_${direction}_${NAMES[figure]}_total` })),
);
