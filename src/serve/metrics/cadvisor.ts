import type { CgroupStats } from "../../io/host/cgroup-stats.ts";
import type { InterfaceUse } from "../../io/host/network.ts";
import type { Host } from "../../model/host/host.ts";
import type { Instant } from "../../model/api/time.ts";
import { DISKS, FAULTS, FIGURES, NETWORK, QUOTAS, SPECS } from "./cadvisor-families.ts";
import { family, labels, type Sample } from "./exposition.ts";

/** One cgroup and whose it is; names are "" where they do not apply, as all samples of a family have the same labels. */
export interface Measured {
  /** The cgroup's path: "/" for the whole host. */
  readonly id: string;
  readonly namespace: string;
  readonly pod: string;
  /** "" for a pod as a whole. */
  readonly container: string;
  readonly image: string;
  /** Of this run of the container. */
  readonly name: string;
  /** Seconds. */
  readonly startedAt?: number;
  readonly stats: CgroupStats;
}

type Machine = Pick<Host, "cpus" | "memoryTotal" | "swapTotal" | "machineID" | "systemUUID" | "bootID">;

/** /metrics/cadvisor: the families of cAdvisor that dashboards and rules use, under its names and labels. */
export function cadvisorMetrics(
  machine: Machine,
  measured: readonly Measured[],
  interfaces: readonly InterfaceUse[],
  now: Instant,
): string {
  const limited = measured.filter(({ stats }) => stats.cpuQuota !== undefined);
  const known = (each: Measured) => each.stats.memory !== undefined || each.stats.cpuPeriod !== undefined;
  return [
    family("container_last_seen", "gauge", "Last time a container was seen by the exporter", [
      ...measured.map((each) => ({ labels: who(each), value: Math.floor(now / 1000), at: now })),
    ]),
    family("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds.", [
      ...measured.map((each) => ({ labels: who(each), value: each.startedAt })),
    ]),
    ...FIGURES.map((each) => figures(each, measured, now)),
    ...QUOTAS.map((each) => figures(each, limited, now)),
    ...SPECS.map((each) => figures(each, measured.filter(known), undefined, 0)),
    faults(measured, now),
    ...disks(measured, now),
    ...network(interfaces, now),
    ...machineMetrics(machine),
  ].join("");
}

function who({ id, namespace, pod, container, image, name }: Measured, more: Readonly<Record<string, string>> = {}) {
  return labels({ id, namespace, pod, container, image, name, ...more });
}

function figures(
  { figure, name, type, help, labels: more }: (typeof FIGURES)[number],
  measured: readonly Measured[],
  at: Instant | undefined,
  otherwise?: number,
): string {
  const samples = measured.map((each): Sample => {
    const value = each.stats[figure] ?? otherwise;
    return { labels: who(each, more), value, ...(at === undefined ? {} : { at }) };
  });
  return family(name, type, help, samples);
}

function faults(measured: readonly Measured[], at: Instant): string {
  const samples = measured.flatMap((each) =>
    FAULTS.map(([type, figure]) => ({
      labels: who(each, { failure_type: type, scope: "container" }),
      value: each.stats[figure],
      at,
    })),
  );
  const help = "Cumulative count of memory allocation failures.";
  return family("container_memory_failures_total", "counter", help, samples);
}

function disks(measured: readonly Measured[], at: Instant): string[] {
  return DISKS.map(([figure, name, help]) => {
    const samples = measured.flatMap((each) =>
      each.stats.disks.map((disk) => ({ labels: who(each, { device: disk.device }), value: disk[figure], at })),
    );
    return family(name, "counter", help, samples);
  });
}

/** Of the host alone: pods are on its network, and to tell each of them what all have sent would add up to a lie. */
function network(interfaces: readonly InterfaceUse[], at: Instant): string[] {
  const host = { id: "/", namespace: "", pod: "", container: "", image: "", name: "", stats: { disks: [] } };
  return NETWORK.map(({ direction, figure, name }) => {
    const samples = interfaces.map((each) => ({
      labels: who(host, { interface: each.name }),
      value: (direction === "receive" ? each.received : each.transmitted)[figure],
      at,
    }));
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
