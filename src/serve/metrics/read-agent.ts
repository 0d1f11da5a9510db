import { X509Certificate } from "node:crypto";
import { readAdministratorFile } from "../../io/administrator-file.ts";
import { CgroupFiles } from "../../io/host/cgroup-files.ts";
import { unitCgroups } from "../../io/host/cgroups.ts";
import { lastRenewal } from "../../io/kube/lease-stamps.ts";
import { readPodSummaries } from "../../io/pods/pod-summary.ts";
import { openProblems } from "../../io/problems.ts";
import { readRunCounts } from "../../io/run-counts.ts";
import type { Instant } from "../../model/api/time.ts";
import type { FileOrData } from "../../model/host/config.ts";
import { unitletVersion } from "../../version.ts";
import type { AgentState } from "./agent.ts";

/** The certificates of this node: for the API server, and for clients of the port. */
export interface AgentInput {
  readonly client?: FileOrData;
  readonly serving: string;
}

/** Returns the input of /metrics from the files of the runs and from cgroups, without any request. */
export function readAgent(node: string, { client, serving }: AgentInput): AgentState {
  const running = unitCgroups(new CgroupFiles()).filter(({ startedAt }) => startedAt !== undefined);
  return {
    node,
    version: unitletVersion,
    runs: readRunCounts(),
    pods: readPodSummaries() ?? [],
    runningPods: new Set(running.map(({ identity }) => identity.podUID)).size,
    runningContainers: running.length,
    leaseRenewed: lastRenewal(),
    problems: openProblems(),
    certificates: { ...expiring("client", () => textOf(client)), ...expiring("serving", () => serving) },
    resident: process.memoryUsage().rss,
  };
}

/** Returns nothing for a certificate that cannot be read. Alert rules notice a missing metric. */
function expiring(usage: "client" | "serving", read: () => string | undefined): Partial<Record<typeof usage, Instant>> {
  try {
    const text = read();
    return text === undefined ? {} : { [usage]: new X509Certificate(text).validToDate.getTime() };
  } catch {
    return {};
  }
}

function textOf(source: FileOrData | undefined): string | undefined {
  return source && ("data" in source ? source.data : readAdministratorFile(source.file).toString());
}
