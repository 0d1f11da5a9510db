import type { ServerResponse } from "node:http";
import { readNodeUsage, readUnitUsage } from "../../io/host/cgroups.ts";
import { measureFileSystems } from "../../io/host/file-system-usage.ts";
import { readHost } from "../../io/host/host.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { reply } from "../http/reply.ts";
import { health } from "../info/health.ts";
import { agentMetrics } from "./agent.ts";
import { cadvisorMetrics } from "./cadvisor.ts";
import { EXPOSITION } from "./exposition.ts";
import { probeMetrics } from "./probes.ts";
import { type AgentInput, readAgent } from "./read-agent.ts";
import { readMeasured } from "./read-cadvisor.ts";
import { readProbeCounts } from "./read-probes.ts";
import { resourceMetrics } from "./resource.ts";
import { sliMetrics } from "./slis.ts";
import { volumeStats } from "./volume-stats.ts";

/** The input of a scrape. */
export interface ScrapeInput {
  readonly node: string;
  readonly shown: AgentInput;
}

/** Serves GET /metrics and the paths below it. `which` is the part after /metrics/, or "". */
export async function serveMetrics(
  { node, shown }: ScrapeInput,
  which: string,
  response: ServerResponse,
): Promise<void> {
  const now = Date.now();
  const texts: Readonly<Record<string, () => string | Promise<string>>> = {
    "": async () => agentMetrics(readAgent(node, shown), now) + (await readVolumeStats()),
    cadvisor: async () => cadvisorMetrics(readHost([], now, {}), await readMeasured(), now),
    probes: () => probeMetrics(readProbeCounts()),
    resource: () => resourceMetrics(readNodeUsage(), readUnitUsage(), now),
    slis: () => sliMetrics(Object.fromEntries(["ping", "log", "syncloop"].map((each) => [each, isHealthy(each, now)]))),
  };
  reply(response, EXPOSITION, (await texts[which]?.()) ?? "");
}

async function readVolumeStats(): Promise<string> {
  const pods = readPodSummaries() ?? [];
  const paths = pods.flatMap(({ claims = [] }) => claims.map(({ path }) => path));
  return volumeStats(pods, await measureFileSystems(paths));
}

function isHealthy(check: string, now: number): boolean {
  return health(check, now)?.status === 200;
}
