import type { CgroupStats } from "../../io/host/cgroup-stats.ts";
import type { InterfaceUse } from "../../io/host/network.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Host } from "../../model/host/host.ts";
import {
  DISK_FAMILIES,
  FAULT_FAMILIES,
  METRIC_FAMILIES,
  NETWORK_FAMILIES,
  PRESSURE_FAMILIES,
  QUOTA_FAMILIES,
  SPEC_FAMILIES,
} from "./cadvisor-families.ts";
import { family, labels, type Sample } from "./exposition.ts";

/** One cgroup and its container. Names are "" where they do not apply, because all samples of a family have the same labels. */
export interface MeasuredContainer {
  /** The path of the cgroup; "/" for the whole host. */
  readonly id: string;
  readonly namespace: string;
  readonly pod: string;
  /** "" for a pod as a whole. */
  readonly container: string;
  readonly image: string;
  /** The invocation ID of this start of the container. */
  readonly name: string;
  /** When the container started, in seconds since the epoch. */
  readonly startedAt?: number;
  readonly stats: CgroupStats;
  /** The traffic of the host, or of a pod with a network of its own; undefined for all others. */
  readonly interfaces?: readonly InterfaceUse[];
}

type Machine = Pick<Host, "cpus" | "memoryTotal" | "swapTotal" | "machineID" | "systemUUID" | "bootID">;

/** Returns the text of /metrics/cadvisor: the families of cAdvisor that dashboards and rules use, with its names and labels. */
export function cadvisorMetrics(machine: Machine, measured: readonly MeasuredContainer[], now: Instant): string {
  const limited = measured.filter(({ stats }) => stats.cpuQuota !== undefined);
  const isAccounted = (each: MeasuredContainer) =>
    each.stats.memory !== undefined || each.stats.cpuPeriod !== undefined;
  return [
    family("container_last_seen", "gauge", "Last time a container was seen by the exporter", [
      ...measured.map((each) => ({ labels: containerLabels(each), value: Math.floor(now / 1000), at: now })),
    ]),
    family("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds.", [
      ...measured.map((each) => ({ labels: containerLabels(each), value: each.startedAt })),
    ]),
    ...METRIC_FAMILIES.map((each) => figures(each, measured, now)),
    ...pressure(measured, now),
    ...QUOTA_FAMILIES.map((each) => figures(each, limited, now)),
    ...SPEC_FAMILIES.map((each) => figures(each, measured.filter(isAccounted), undefined, 0)),
    faults(measured, now),
    ...disks(measured, now),
    ...network(measured, now),
    ...machineMetrics(machine),
  ].join("");
}

function containerLabels(
  { id, namespace, pod, container, image, name }: MeasuredContainer,
  more: Readonly<Record<string, string>> = {},
) {
  return labels({ id, namespace, pod, container, image, name, ...more });
}

function figures(
  { figure, name, type, help, labels: more }: (typeof METRIC_FAMILIES)[number],
  measured: readonly MeasuredContainer[],
  at: Instant | undefined,
  otherwise?: number,
): string {
  const samples = measured.map((each): Sample => {
    const value = each.stats[figure] ?? otherwise;
    return { labels: containerLabels(each, more), value, ...(at === undefined ? {} : { at }) };
  });
  return family(name, type, help, samples);
}

/** The kernel counts microseconds. */
function pressure(measured: readonly MeasuredContainer[], at: Instant): string[] {
  return PRESSURE_FAMILIES.map(([resource, scope, name, help]) => {
    const samples = measured.flatMap((each) => {
      const data = each.stats.pressure[resource]?.[scope];
      return data === undefined ? [] : [{ labels: containerLabels(each), value: data.total / 1e6, at }];
    });
    return family(name, "counter", help, samples);
  });
}

function faults(measured: readonly MeasuredContainer[], at: Instant): string {
  const samples = measured.flatMap((each) =>
    FAULT_FAMILIES.map(([type, figure]) => ({
      labels: containerLabels(each, { failure_type: type, scope: "container" }),
      value: each.stats[figure],
      at,
    })),
  );
  const help = "Cumulative count of memory allocation failures.";
  return family("container_memory_failures_total", "counter", help, samples);
}

function disks(measured: readonly MeasuredContainer[], at: Instant): string[] {
  return DISK_FAMILIES.map(([figure, name, help]) => {
    const samples = measured.flatMap((each) =>
      each.stats.disks.map((disk) => ({
        labels: containerLabels(each, { device: disk.device }),
        value: disk[figure],
        at,
      })),
    );
    return family(name, "counter", help, samples);
  });
}

/**
 * Returns the traffic of the host and of each pod with a network of its own. cAdvisor has no samples for a pod that shares
 * another network, which would add up to a wrong sum (`handler.go: needNet`, v0.56).
 */
function network(measured: readonly MeasuredContainer[], at: Instant): string[] {
  return NETWORK_FAMILIES.map(({ direction, figure, name }) => {
    const samples = measured.flatMap((each) =>
      (each.interfaces ?? []).map((link) => ({
        labels: containerLabels(each, { interface: link.name }),
        value: (direction === "receive" ? link.received : link.transmitted)[figure],
        at,
      })),
    );
    return family(name, "counter", `Cumulative count of ${figure}, ${direction}`, samples);
  });
}

function machineMetrics({ cpus, memoryTotal, swapTotal, machineID, systemUUID, bootID }: Machine): string[] {
  const own = labels({ machine_id: machineID, system_uuid: systemUUID, boot_id: bootID });
  const gauge = (name: string, help: string, value: number) => family(name, "gauge", help, [{ labels: own, value }]);
  return [
    gauge("machine_cpu_cores", "Number of logical CPU cores.", cpus),
    gauge("machine_memory_bytes", "Amount of memory installed on the machine.", memoryTotal),
    gauge("machine_swap_bytes", "Amount of swap memory available on the machine.", swapTotal),
    family("container_scrape_error", "gauge", "1 if there was an error while getting container metrics, 0 otherwise", [
      { value: 0 },
    ]),
  ];
}
