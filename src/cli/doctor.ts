import { loadConfig } from "../io/config-files.ts";
import { readOptional } from "../io/files.ts";
import { nodeNameMismatch } from "../io/kube/node-name.ts";
import { observePodCIDRs } from "../io/pods/pod-cidrs.ts";
import type { Config } from "../model/host/config.ts";
import { bridgeRanges } from "../model/pod-network.ts";
import { requireRoot } from "./agent.ts";
import { agentFindings, unitFindings } from "./checks/agent.ts";
import { bridgeFindings, readBridgeHost } from "./checks/bridge.ts";
import { certificateFindings } from "./checks/certificates.ts";
import { clusterFindings, portFinding } from "./checks/cluster.ts";
import { error, type Finding, ok } from "./checks/finding.ts";
import { commandOutput, hostFindings } from "./checks/host.ts";
import { networkFindings } from "./checks/network.ts";
import { policyFindings } from "./checks/policy.ts";

/**
 * `unitlet doctor`: checks host, agent and cluster, and prints one line for each finding. The exit status is 1 when one
 * of them is an error.
 */
export async function doctor(): Promise<string> {
  requireRoot("doctor");
  const findings: Finding[] = [];
  const config = await tried(findings, "configuration", async () => {
    const { config } = await loadConfig();
    findings.push(ok("configuration", `node ${config.nodeName}, ${config.cluster?.server ?? "standalone"}`));
    return config;
  });
  await tried(findings, "host", async () => findings.push(...hostFindings(config)));
  await tried(findings, "agent", async () => findings.push(...agentFindings(config)));
  if (config !== undefined) await configured(findings, config);
  if (findings.some(({ level }) => level === "error")) process.exitCode = 1;
  return findings.map(({ level, what, message }) => `${level}: ${what}: ${message}\n`).join("");
}

async function configured(findings: Finding[], config: Config): Promise<void> {
  const { cluster } = config;
  findings.push(...policyFindings(config), ...networkLines(config));
  const because = nodeNameMismatch(cluster && config.nodeName);
  if (because !== undefined) findings.push(error("joined", because));
  let pods: ReadonlySet<string> | undefined;
  if (cluster !== undefined) {
    const now = Date.now();
    if (config.hostNetwork === "default" && config.podNetwork === "host")
      findings.push(ok("network", "pods are on the host's network, also those with hostNetwork: false"));
    await tried(findings, "certificates", async () => findings.push(...certificateFindings(config, cluster, now)));
    await tried(findings, "API server", async () => {
      const found = await clusterFindings(config, cluster, now);
      findings.push(...found.findings);
      pods = found.pods;
    });
    await tried(findings, "port", async () => findings.push(await portFinding(config.kubeletPort)));
  }
  await tried(findings, "units", async () => findings.push(...(await unitFindings(pods))));
}

function networkLines(config: Config): readonly Finding[] {
  const ranges = bridgeRanges(config, observePodCIDRs(undefined).podCIDRs);
  const ofBridge = ranges === undefined ? [] : bridgeFindings(readBridgeHost(ranges, commandOutput, readOptional));
  return [...networkFindings(config, ranges), ...ofBridge];
}

/** Turns an exception of a check into a finding, so that the other checks still run. */
async function tried<T>(findings: Finding[], what: string, check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check();
  } catch (cause) {
    for (const line of (cause as Error).message.split("\n")) findings.push(error(what, line));
    return undefined;
  }
}
