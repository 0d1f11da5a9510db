import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { CgroupFiles } from "../../io/host/cgroup-files.ts";
import { unitCgroups } from "../../io/host/cgroups.ts";
import { modifiedAt } from "../../io/files.ts";
import { readPodNotes } from "../../io/pods/pod-summary.ts";
import { readRunCounts } from "../../io/run-counts.ts";
import { troubles } from "../../io/problems.ts";
import type { FileOrData } from "../../model/host/config.ts";
import { VOLATILE } from "../../model/paths.ts";
import type { Instant } from "../../model/api/time.ts";
import { unitletVersion } from "../../version.ts";
import type { AgentState } from "./agent.ts";

/** The certificates that this node shows: to the API server, and to those who ask the port. */
export interface Shown {
  readonly client?: FileOrData;
  readonly serving: string;
}

/** All that /metrics tells, from the files that runs have left and from the cgroups; nobody is asked. */
export function readAgent(node: string, { client, serving }: Shown): AgentState {
  const running = unitCgroups(new CgroupFiles()).filter(({ startedAt }) => startedAt !== undefined);
  return {
    node,
    version: unitletVersion,
    runs: readRunCounts(),
    pods: readPodNotes() ?? [],
    runningPods: new Set(running.map(({ identity }) => identity.podUID)).size,
    runningContainers: running.length,
    leaseRenewed: modifiedAt(`${VOLATILE}/lease`),
    troubles: troubles(),
    certificates: { ...expiring("client", () => textOf(client)), ...expiring("serving", () => serving) },
    resident: process.memoryUsage().rss,
  };
}

/** Nothing for a certificate that cannot be read: an alarm is raised by what is missing, too. */
function expiring(usage: "client" | "serving", read: () => string | undefined): Partial<Record<typeof usage, Instant>> {
  try {
    const text = read();
    return text === undefined ? {} : { [usage]: new X509Certificate(text).validToDate.getTime() };
  } catch {
    return {};
  }
}

function textOf(source: FileOrData | undefined): string | undefined {
  return source && ("data" in source ? source.data : readFileSync(source.file, "utf8"));
}
