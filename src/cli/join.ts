import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig } from "../io/config-files.ts";
import { writeAtomic } from "../io/files.ts";
import { ApiError } from "../io/kube/api-error.ts";
import { ApiClient } from "../io/kube/http.ts";
import { Kube } from "../io/kube/kube.ts";
import { savedNodeName } from "../io/kube/node-name.ts";
import { publicKeyHashes } from "../io/pki/discovery.ts";
import { isFor, readKeyPair } from "../io/pki/key-pair-files.ts";
import type { Cluster, FileOrData } from "../model/host/config.ts";
import { CLIENT_KEY_PAIR } from "../model/paths.ts";
import { requireRoot, runOnce, startJoined } from "./agent.ts";
import { bootstrapCluster } from "./bootstrap.ts";
import { hostFilesMeaning } from "./checks/policy.ts";
import { clusterNames } from "./cluster-names.ts";
import { CliError } from "./failure.ts";
import { JOIN_USAGE, type JoinOptions, joinOptions } from "./join-options.ts";
import { hasJoined, isSetting, joinSettings, saveJoinSettings } from "./join-settings.ts";
import { obtainCredentials } from "./obtain-credentials.ts";
import { type Progress, type Result, withProgress } from "./progress.ts";

const READY = "ready";
const NOT_CONNECTED =
  "ready once the cluster's network add-on has configured its network in /etc/cni/net.d. Pods with hostNetwork: true can run before. Without an add-on, join again with --pod-network bridge or host";

/**
 * `unitlet join`: obtains a client certificate and makes this host a node. Steps of an earlier join are not repeated.
 */
export async function join(args: readonly string[]): Promise<string> {
  if (args.includes("--help")) return JOIN_USAGE;
  const options = joinOptions(args);
  return await withProgress("join", options.output, (progress) => joinWith(options, progress));
}

async function joinWith(options: JoinOptions, progress: Progress): Promise<Result> {
  requireRoot("join");
  const before = await loadConfig();
  const nodeName = options.nodeName ?? before.config.nodeName;
  refuseOtherName(nodeName, before.config.cluster);
  progress.state("bootstrap", "Checking the cluster's certificate authority and the token");
  const cluster = await bootstrapCluster(options);
  refuseOtherCluster(nodeName, before.config.cluster, cluster);
  if (await isAccepted(cluster, nodeName))
    progress.done("certificate", `This host has a certificate for ${nodeName} that is good.`);
  else await obtainCredentials(cluster, nodeName, options.timeout, progress);
  progress.state("kubeconfig", "Writing the settings and the kubeconfig");
  const names = await withKube(nodeName, { ...cluster, ...identity() }, clusterNames);
  const host = { ...before.config, hasJoined: hasJoined(before.config.cluster) };
  const { given, problem } = joinSettings(options, host, names, isSetting);
  if (problem !== undefined) progress.warn(problem);
  saveJoinSettings(given);
  // The kubeconfig is written last, because from then on each run is that of a node.
  writeAtomic(before.kubeconfig, kubeconfig(cluster), 0o600);
  const { config } = await loadConfig();
  const portProblem = startJoined();
  if (portProblem !== undefined) progress.warn(portProblem);
  await runOnce(progress);
  const state = await untilReady(nodeName, { ...cluster, ...identity() }, options.timeout, progress);
  const allow =
    config.hostFiles.length === 0 ? ": to allow namespaces, join again with --host-files, or set hostFiles" : "";
  const text = `Node ${config.nodeName} has joined ${cluster.server} and is ${state}.\nPolicy: ${hostFilesMeaning(config.hostFiles)}${allow}.\n`;
  return { text, details: { node: nodeName, server: cluster.server, isReady: state === READY } };
}

function refuseOtherName(nodeName: string, cluster: Cluster | undefined): void {
  const joined = savedNodeName();
  if (joined === undefined || joined === nodeName) return;
  const where = cluster === undefined ? "a cluster" : cluster.server;
  throw new CliError(
    `this host is node ${joined} of ${where}, not ${nodeName}: leave first (unitlet leave), or join as --node-name ${joined}`,
  );
}

/**
 * Throws CliError when `after` is another cluster. Two clusters are the same when they have the same address, or the
 * same certificate authority at a new address.
 */
function refuseOtherCluster(nodeName: string, before: Cluster | undefined, after: Cluster): void {
  if (before === undefined || new URL(before.server).origin === new URL(after.server).origin) return;
  const hashes = hashesOf(after.ca);
  if (hashesOf(before.ca).some((hash) => hashes.includes(hash))) return;
  throw new CliError(
    `this host is node ${nodeName} of ${before.server}: leave it first (unitlet leave), then join ${after.server}`,
  );
}

function hashesOf(ca: FileOrData | undefined): readonly string[] {
  try {
    return ca === undefined ? [] : publicKeyHashes("data" in ca ? ca.data : readFileSync(ca.file, "utf8"));
  } catch {
    return [];
  }
}

/** True when an earlier join has obtained a certificate that the cluster accepts. */
async function isAccepted(cluster: Cluster, nodeName: string): Promise<boolean> {
  const pair = readKeyPair("client");
  if (pair === undefined || !isFor(pair, { kind: "client", nodeName, names: [] })) return false;
  return await withKube(nodeName, { ...cluster, ...identity() }, async (kube) => {
    try {
      await kube.getNode();
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  });
}

function identity(): Pick<Cluster, "certificate" | "key" | "token"> {
  return { certificate: { file: CLIENT_KEY_PAIR }, key: { file: CLIENT_KEY_PAIR }, token: { data: "" } };
}

async function withKube<T>(nodeName: string, cluster: Cluster, ask: (kube: Kube) => Promise<T>): Promise<T> {
  const api = new ApiClient(cluster, 10_000, Number.POSITIVE_INFINITY);
  try {
    return await ask(new Kube(api, nodeName));
  } finally {
    api.close();
  }
}

/** Returns a kubeconfig with the path of the key pair, so that a renewal replaces that one file. */
function kubeconfig({ server, ca, tlsServerName }: Cluster): string {
  const authority = ca && "file" in ca ? readFileSync(ca.file, "utf8") : (ca?.data ?? "");
  return `# Written by unitlet join. The certificate is renewed in its place.
apiVersion: v1
kind: Config
clusters:
- name: cluster
  cluster:
    server: ${JSON.stringify(server)}
    certificate-authority-data: ${Buffer.from(authority).toString("base64")}
${tlsServerName ? `    tls-server-name: ${JSON.stringify(tlsServerName)}\n` : ""}users:
- name: node
  user:
    client-certificate: ${CLIENT_KEY_PAIR}
    client-key: ${CLIENT_KEY_PAIR}
contexts:
- name: node
  context:
    cluster: cluster
    user: node
current-context: node
`;
}

/** Returns the state of the node, once it is ready, or waits for the cluster's network alone. Throws CliError. */
async function untilReady(nodeName: string, cluster: Cluster, timeout: number, progress: Progress): Promise<string> {
  const end = Date.now() + timeout;
  let problem = "the Node does not exist";
  while (Date.now() < end) {
    try {
      const node = await withKube(nodeName, cluster, (kube) => kube.getNode());
      const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
      if (ready?.status === "True") return READY;
      if (ready?.message?.includes("NetworkPluginNotReady")) return NOT_CONNECTED;
      if (ready !== undefined) problem = `${ready.reason}: ${ready.message}`;
    } catch (error) {
      problem = (error as Error).message;
    }
    progress.state("ready", `Waiting until node ${nodeName} is Ready: ${problem}`);
    await sleep(500);
  }
  throw new CliError(
    `this host has its certificate, but the node is not ready: ${problem}\nSee: unitlet doctor, journalctl -u unitlet-sync`,
  );
}
