import { setTimeout as sleep } from "node:timers/promises";
import { readNodeUsage, readUnitUsage } from "../../io/host/cgroups.ts";
import { readHost } from "../../io/host/host.ts";
import { type Sample, type Summary, statsSummary } from "./stats-summary.ts";

/** The time between two samples. The counters of the CPU have a resolution of 10 ms. */
const SAMPLE_INTERVAL_MS = 250;

/** Returns the response of GET /stats/summary, after 250 ms. */
export async function readStats(node: string, query: URLSearchParams): Promise<Summary> {
  const before = sample();
  await sleep(SAMPLE_INTERVAL_MS);
  const after = sample();
  const brief = query.get("only_cpu_and_memory") === "true";
  return statsSummary({ node, host: readHost([], after.at, {}), before, after, brief });
}

function sample(): Sample {
  return { at: Date.now(), node: readNodeUsage(), units: readUnitUsage() };
}
