import type { CgroupStats } from "../../io/host/cgroup-stats.ts";
import type { UnitCgroup } from "../../io/host/cgroups.ts";
import type { PodDiskUsage } from "../../io/host/disk-usage.ts";
import type { FileSystemUsage } from "../../io/host/file-system-usage.ts";
import type { InterfaceUse } from "../../io/host/network.ts";
import type { NodeStats } from "../../io/host/node-stats.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import { POD_INTERFACE } from "../../model/cni/plugin.ts";
import type { Host } from "../../model/host/host.ts";
import type { MountedClaim } from "../../model/pod-summary.ts";
import { type Figures, figures, pressure } from "./figures.ts";

/** The CPU time in seconds of the node and of each unit at one time. */
export interface CPUSample {
  readonly at: Instant;
  readonly node: Pick<NodeStats, "cpu">;
  readonly units: readonly (Unit & Pick<CgroupStats, "cpu">)[];
}

/** The statistics at one time. */
export interface Sample {
  readonly at: Instant;
  readonly node: NodeStats;
  readonly units: readonly UnitStats[];
}

type Unit = Omit<UnitCgroup, "path">;

/** The statistics of one container, or of one pod as a whole. */
export type UnitStats = Unit & CgroupStats;

/** The input of /stats/summary: the node, its state, and two samples for rates. */
export interface SummaryInput {
  readonly node: string;
  readonly host: Host;
  readonly before: CPUSample;
  readonly after: Sample;
  /** The files and the counted logs of pods by UID; undefined when only CPU and memory are requested. */
  readonly disk?: DiskUsage;
  /** Undefined when only CPU and memory are requested. */
  readonly traffic?: TrafficUse;
}

/** The interfaces of the host, and by UID of each pod with a network of its own. */
export interface TrafficUse {
  readonly host: readonly InterfaceUse[];
  readonly pods: ReadonlyMap<string, readonly InterfaceUse[]>;
}

export interface DiskUsage {
  readonly files: ReadonlyMap<string, PodDiskUsage>;
  /** By UID and container. Runs count the logs of pods that have a limit. */
  readonly logs: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** The volumes of claims by UID; undefined: none. */
  readonly claims?: ReadonlyMap<string, readonly MeasuredClaim[]>;
}

export interface MeasuredClaim extends MountedClaim {
  readonly usage: FileSystemUsage;
}

/** The response of /stats/summary. */
export interface Summary {
  readonly node: object;
  readonly pods: readonly object[];
}

/**
 * Returns the response of /stats/summary (stats/v1alpha1). The rates come from two samples. Values without accounting are left
 * out.
 */
export function statsSummary(input: SummaryInput): Summary {
  const { after } = input;
  const pods = after.units.filter(({ identity }) => identity.container === "");
  const containers = after.units.filter(
    ({ identity, startedAt }) => identity.container !== "" && startedAt !== undefined,
  );
  return {
    node: nodeStats(input),
    pods: pods.map((pod) => {
      const own = containers.filter(({ identity }) => identity.podUID === pod.identity.podUID);
      return podStats(input, pod, own);
    }),
  };
}

function nodeStats({ node, host, before, after, disk, traffic }: SummaryInput): object {
  const time = toTimestamp(after.at);
  const limits = { memoryLimit: host.memoryTotal, swapLimit: host.swapTotal };
  const { cpu, memory, swap } = figures({
    before: before.node,
    after: { ...after.node, ...limits },
    ...times(before, after),
  });
  const rlimit = { time, maxpid: host.pidsMax, curproc: host.pidsUsed };
  return {
    nodeName: node,
    startTime: toTimestamp(host.bootedAt),
    ...(cpu && { cpu }),
    ...(memory && { memory }),
    ...(traffic && network(traffic.host, time)),
    ...(disk && { ...pressure(after.node, time), ...(swap && { swap }), fs: fileSystem(host, time), rlimit }),
  };
}

function podStats(
  { before, after, disk, traffic }: SummaryInput,
  pod: UnitStats,
  containers: readonly UnitStats[],
): object {
  const earlier = new Map(before.units.map((unit) => [keyOf(unit), unit]));
  const of = (unit: UnitStats): Figures =>
    figures({ before: earlier.get(keyOf(unit)), after: unit, ...times(before, after) });
  const { namespace, pod: name, podUID: uid } = pod.identity;
  const time = toTimestamp(after.at);
  const start = Math.min(...containers.map(({ startedAt }) => (startedAt ?? 0) * 1000));
  const processes = containers.reduce((sum, each) => sum + (each.processes ?? 0), 0);
  return {
    podRef: { name, namespace, uid },
    ...(containers.length > 0 ? { startTime: toTimestamp(start) } : {}),
    containers: containers.map((each) => ({
      name: each.identity.container,
      startTime: toTimestamp((each.startedAt ?? 0) * 1000),
      ...of(each),
      ...(disk && { ...pressure(each, time), ...containerFiles(disk, uid, each.identity.container, time) }),
    })),
    ...of(pod),
    ...network(traffic?.pods.get(uid) ?? [], time),
    ...(disk && {
      ...pressure(pod, time),
      process_stats: { process_count: processes },
      ...podFiles(disk, { namespace, uid }, time),
    }),
  };
}

/** Returns nothing for a pod on the host's network (`stats/helper.go: cadvisorInfoToNetworkStats`, v1.36). */
function network(links: readonly InterfaceUse[], time: string): object {
  if (links.length === 0) return {};
  const interfaces = links.map(({ name, received, transmitted }) => ({
    ...{ name, rxBytes: received.bytes, rxErrors: received.errors },
    ...{ txBytes: transmitted.bytes, txErrors: transmitted.errors },
  }));
  return { network: { time, ...(interfaces.find(({ name }) => name === POD_INTERFACE) ?? { name: "" }), interfaces } };
}

function times(before: CPUSample, after: Sample) {
  return { at: after.at, milliseconds: after.at - before.at };
}

function containerFiles({ files, logs }: DiskUsage, uid: string, container: string, time: string): object {
  const log = logs.get(uid)?.get(container);
  return {
    rootfs: { time, usedBytes: files.get(uid)?.containers.get(container) ?? 0 },
    ...(log === undefined ? {} : { logs: { time, usedBytes: log } }),
  };
}

function podFiles(
  { files, logs, claims }: DiskUsage,
  { namespace, uid }: { readonly namespace: string; readonly uid: string },
  time: string,
): object {
  const { containers = new Map(), volumes = new Map(), inodes = 0 } = files.get(uid) ?? {};
  const all = [...containers.values(), ...volumes.values(), ...(logs.get(uid)?.values() ?? [])];
  const claimed = (claims?.get(uid) ?? []).map(({ volume: name, claim, usage: measured }) => ({
    ...{ time, name, pvcRef: { name: claim, namespace }, availableBytes: measured.available },
    ...{ capacityBytes: measured.capacity, usedBytes: measured.used },
    ...{ inodesFree: measured.inodesFree, inodes: measured.inodes, inodesUsed: measured.inodesUsed },
  }));
  const volume = [...[...volumes].map(([name, usedBytes]) => ({ time, name, usedBytes })), ...claimed];
  return {
    ...(volume.length === 0 ? {} : { volume }),
    "ephemeral-storage": { time, usedBytes: all.reduce((sum, bytes) => sum + bytes, 0), inodesUsed: inodes },
  };
}

function keyOf({ identity: { podUID, container }, startedAt }: Unit): string {
  return `${podUID}/${container}/${startedAt}`;
}

function fileSystem(host: Host, time: string): object {
  return {
    time,
    availableBytes: host.diskAvailable,
    capacityBytes: host.diskTotal,
    usedBytes: host.diskTotal - host.diskAvailable,
    inodesFree: host.inodesFree,
    inodes: host.inodesTotal,
    inodesUsed: host.inodesTotal - host.inodesFree,
  };
}
