import { setTimeout as sleep } from "node:timers/promises";
import { CgroupFiles } from "../../io/host/cgroup-files.ts";
import { readCgroupStats } from "../../io/host/cgroup-stats.ts";
import { readNodeUsage, readUnitUsage, unitCgroups } from "../../io/host/cgroups.ts";
import { measureFileSystems } from "../../io/host/file-system-usage.ts";
import { readHost } from "../../io/host/host.ts";
import { readInterfaces } from "../../io/host/network.ts";
import { readNodeStats } from "../../io/host/node-stats.ts";
import { readPodTraffic } from "../../io/host/pod-traffic.ts";
import { measurePods } from "../../io/host/pod-usage.ts";
import { readLogUsage } from "../../io/journal/log-usage.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import { type CPUSample, type DiskUsage, type Sample, type Summary, statsSummary } from "./stats-summary.ts";

/** The time between two samples. The counters of the CPU have a resolution of 10 ms. */
const SAMPLE_INTERVAL_MS = 250;

/** The longest time for the files of all pods. Requests within DISK_AGE_MS for the same pods share one measurement. */
const MEASURE_BUDGET_MS = 2000;
const DISK_AGE_MS = 10_000;

interface Measurement {
  readonly at: number;
  readonly uids: ReadonlySet<string>;
  readonly files: Promise<DiskUsage["files"]>;
}

let last: Measurement | undefined;

/** Returns the response of GET /stats/summary, after 250 ms, or after 2 s when pods have many files. */
export async function readStats(node: string, query: URLSearchParams): Promise<Summary> {
  const before: CPUSample = { at: Date.now(), node: readNodeUsage(), units: readUnitUsage() };
  const brief = query.get("only_cpu_and_memory") === "true";
  const [disk, pods] = await Promise.all([
    brief ? undefined : readDisk(before),
    brief ? undefined : readPodTraffic(),
    sleep(SAMPLE_INTERVAL_MS),
  ]);
  const more = { ...(disk && { disk }), ...(pods && { traffic: { host: readInterfaces(), pods } }) };
  const after = sample();
  return statsSummary({ node, host: readHost([], after.at, {}), before, after, ...more });
}

async function readDisk({ units }: CPUSample): Promise<DiskUsage> {
  const uids = units.filter(({ identity }) => identity.container === "").map(({ identity }) => identity.podUID);
  const [files, claims] = await Promise.all([measureFiles(uids), measureClaims()]);
  return { files, claims, logs: readLogUsage() };
}

/** A pod that the last measurement does not have would be shown with 0 bytes, so its files are measured now. */
function measureFiles(uids: readonly string[]): Measurement["files"] {
  const usable =
    last !== undefined && performance.now() - last.at <= DISK_AGE_MS && uids.every((uid) => last?.uids.has(uid));
  if (last === undefined || !usable) {
    last = { at: performance.now(), uids: new Set(uids), files: measurePods(uids, MEASURE_BUDGET_MS) };
  }
  return last.files;
}

async function measureClaims(): Promise<NonNullable<DiskUsage["claims"]>> {
  const pods = readPodSummaries() ?? [];
  const usages = await measureFileSystems(pods.flatMap(({ claims = [] }) => claims.map(({ path }) => path)));
  const measured = ({ claims = [] }: PodSummary) =>
    claims.flatMap((claim) => {
      const usage = usages.get(claim.path);
      return usage === undefined ? [] : [{ ...claim, usage }];
    });
  return new Map(pods.map((pod) => [pod.uid, measured(pod)]));
}

function sample(): Sample {
  const files = new CgroupFiles();
  const units = unitCgroups(files).map(({ path, ...unit }) => ({ ...unit, ...readCgroupStats(files, path) }));
  return { at: Date.now(), node: readNodeStats(files), units };
}
