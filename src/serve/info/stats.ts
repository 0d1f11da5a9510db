import { setTimeout as sleep } from "node:timers/promises";
import { readNodeUsage, readUnitUsage } from "../../io/host/cgroups.ts";
import { readHost } from "../../io/host/host.ts";
import { measurePods } from "../../io/host/pod-usage.ts";
import { readLogUsage } from "../../io/journal/log-usage.ts";
import { type DiskUsage, type Sample, type Summary, statsSummary } from "./stats-summary.ts";

/** The time between two samples. The counters of the CPU have a resolution of 10 ms. */
const SAMPLE_INTERVAL_MS = 250;

/** The longest time for the files of all pods. Requests within DISK_AGE_MS share one measurement. */
const MEASURE_BUDGET_MS = 2000;
const DISK_AGE_MS = 10_000;

let lastDisk: { readonly at: number; readonly disk: Promise<DiskUsage> } | undefined;

/** Returns the response of GET /stats/summary, after 250 ms, or after 2 s when pods have many files. */
export async function readStats(node: string, query: URLSearchParams): Promise<Summary> {
  const before = sample();
  const brief = query.get("only_cpu_and_memory") === "true";
  const [disk] = await Promise.all([brief ? undefined : readDisk(before), sleep(SAMPLE_INTERVAL_MS)]);
  const after = sample();
  return statsSummary({ node, host: readHost([], after.at, {}), before, after, ...(disk && { disk }) });
}

function readDisk({ units }: Sample): Promise<DiskUsage> {
  if (lastDisk === undefined || performance.now() - lastDisk.at > DISK_AGE_MS) {
    const uids = units.filter(({ identity }) => identity.container === "").map(({ identity }) => identity.podUID);
    lastDisk = { at: performance.now(), disk: measure(uids) };
  }
  return lastDisk.disk;
}

async function measure(uids: readonly string[]): Promise<DiskUsage> {
  return { files: await measurePods(uids, MEASURE_BUDGET_MS), logs: readLogUsage() };
}

function sample(): Sample {
  return { at: Date.now(), node: readNodeUsage(), units: readUnitUsage() };
}
