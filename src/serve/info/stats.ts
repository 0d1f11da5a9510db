import { setTimeout as sleep } from "node:timers/promises";
import { readNodeUsage, readUnitUsage } from "../../io/host/cgroups.ts";
import { readHost } from "../../io/host/host.ts";
import { type Sample, type Summary, statsSummary } from "./stats-summary.ts";

/** Long enough for a clock that ticks every 10 ms, short enough to wait for. */
const SAMPLE_INTERVAL_MS = 250;

/** GET /stats/summary */
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
