import type { UnitUsage, Usage } from "../../io/host/cgroups.ts";
import type { PodDiskUsage } from "../../io/host/disk-usage.ts";
import type { FileSystemUsage } from "../../io/host/file-system-usage.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";
import type { Host } from "../../model/host/host.ts";
import type { MountedClaim } from "../../model/pod-summary.ts";

/** The usage at one time. */
export interface Sample {
  readonly at: Instant;
  readonly node: Usage;
  readonly units: readonly UnitUsage[];
}

/** The input of /stats/summary: the node, its state, and two samples for rates. */
export interface SummaryInput {
  readonly node: string;
  readonly host: Host;
  readonly before: Sample;
  readonly after: Sample;
  /** The files and the counted logs of pods by UID; undefined when only CPU and memory are requested. */
  readonly disk?: DiskUsage;
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
export function statsSummary({ node, host, before, after, disk }: SummaryInput): Summary {
  const earlier = new Map(before.units.map((unit) => [keyOf(unit), unit]));
  const figures = (unit: UnitUsage) => usage(after.at, unit, earlier.get(keyOf(unit)), after.at - before.at);
  const pods = after.units.filter(({ identity }) => identity.container === "");
  const containers = after.units.filter(
    ({ identity, startedAt }) => identity.container !== "" && startedAt !== undefined,
  );
  const { cpu, memory } = usage(after.at, after.node, before.node, after.at - before.at);
  const time = toTimestamp(after.at);
  return {
    node: {
      nodeName: node,
      startTime: toTimestamp(host.bootedAt),
      ...{ cpu, memory: { ...memory, availableBytes: host.memoryTotal - (after.node.workingSet ?? 0) } },
      ...(disk === undefined
        ? {}
        : { fs: fileSystem(host, time), rlimit: { time, maxpid: host.pidsMax, curproc: host.pidsUsed } }),
    },
    pods: pods.map((pod) => {
      const { namespace, pod: podName, podUID: uid } = pod.identity;
      const own = containers.filter(({ identity }) => identity.podUID === uid);
      const start = Math.min(...own.map(({ startedAt }) => (startedAt ?? 0) * 1000));
      return {
        podRef: { name: podName, namespace, uid },
        ...(own.length > 0 ? { startTime: toTimestamp(start) } : {}),
        containers: own.map((each) => ({
          name: each.identity.container,
          startTime: toTimestamp((each.startedAt ?? 0) * 1000),
          ...figures(each),
          ...(disk && containerFiles(disk, uid, each.identity.container, time)),
        })),
        ...figures(pod),
        ...(disk && podFiles(disk, { namespace, uid }, time)),
      };
    }),
  };
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

function keyOf({ identity: { podUID, container }, startedAt }: UnitUsage): string {
  return `${podUID}/${container}/${startedAt}`;
}

function usage(at: Instant, now: Usage, then: Usage | undefined, milliseconds: number) {
  const time = toTimestamp(at);
  const spent = now.cpu !== undefined && then?.cpu !== undefined ? Math.max(0, now.cpu - then.cpu) : undefined;
  const rate = spent === undefined ? {} : { usageNanoCores: Math.round((spent * 1e12) / milliseconds) };
  return {
    ...(now.cpu === undefined ? {} : { cpu: { time, ...rate, usageCoreNanoSeconds: Math.round(now.cpu * 1e9) } }),
    ...(now.workingSet === undefined ? {} : { memory: { time, workingSetBytes: now.workingSet } }),
    ...(now.swap === undefined ? {} : { swap: { time, swapUsageBytes: now.swap } }),
  };
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
