import { parseArgs } from "node:util";
import { loadConfig } from "../io/config-files.ts";
import { readOptional, remove } from "../io/files.ts";
import { ApiError } from "../io/kube/api-error.ts";
import { removeCurlOptions } from "../io/kube/curl-options.ts";
import { ApiClient } from "../io/kube/http.ts";
import { Kube } from "../io/kube/kube.ts";
import { removeSavedNodeName, savedNodeName } from "../io/kube/node-name.ts";
import { KEPT_PODS } from "../io/static-pods/kept-pods.ts";
import { removeWatchConfig } from "../io/systemd/watch-config.ts";
import { EX_USAGE } from "../model/exit-status.ts";
import type { Cluster, Config } from "../model/host/config.ts";
import { API_RUN_DIR, API_STATE_DIR, PKI, RUN_DIR, STATE_DIR } from "../model/paths.ts";
import { requireRoot, runOnce, startStandalone, stopAgent } from "./agent.ts";
import { confirm } from "./confirm.ts";
import { drain } from "./drain.ts";
import { CliError } from "./failure.ts";
import { JOIN_SETTINGS } from "./join-settings.ts";
import { type OutputMode, type Progress, type Result, withProgress } from "./progress.ts";
import { outputMode, PROGRESS_OPTIONS } from "./progress-options.ts";

export const LEAVE_USAGE = `usage: unitlet leave --drain | --keep [OPTION…]

  --drain            evict the pods, each with its grace period; then the host is standalone
  --keep             leave the containers running, for a host that will join the same cluster again under the same name
  --force            with --drain: end the pods also when the API server cannot be reached, or does not allow it in time
  --timeout SECONDS  the time limit for the pods to end. Default: 300
  -q, --quiet        print errors and warnings alone
  --json             print progress and result as JSON, one object a line
`;

interface Options {
  readonly keep: boolean;
  readonly force: boolean;
  readonly timeout: number;
  readonly output: OutputMode;
}

const DEFAULT_KUBECONFIG = "/etc/unitlet/kubeconfig";

/** `unitlet leave`: makes this node a standalone host, and removes its keys and its configuration for the cluster. */
export async function leave(args: readonly string[]): Promise<string> {
  if (args.includes("--help")) return LEAVE_USAGE;
  const options = await leaveOptions(args);
  return await withProgress("leave", options.output, (progress) => leaveWith(options, progress));
}

async function leaveWith(options: Options, progress: Progress): Promise<Result> {
  requireRoot("leave");
  const { config, kubeconfig } = await loadConfig();
  const nodeName = savedNodeName() ?? config.nodeName;
  if (config.cluster === undefined && savedNodeName() === undefined)
    return { text: "This host has joined no cluster.\n" };
  refuseForeign(kubeconfig, config.cluster);
  if (!options.keep) await drained(config, nodeName, options, progress);
  progress.state("leaving", "Stopping the agent");
  stopAgent();
  const rest = config.cluster === undefined ? [] : await removeNode(nodeName, config.cluster);
  forget(kubeconfig, options.keep);
  if (!options.keep) removeSavedNodeName();
  startStandalone();
  await runOnce(progress);
  const pods = options.keep
    ? `Its containers run on. Join again as --node-name ${nodeName}, or end them: unitlet leave --drain.`
    : "It is standalone now.";
  for (const line of rest) progress.warn(line);
  const text = `This host is no node of the cluster any more. ${pods}\n`;
  return { text, details: { node: nodeName, isNodeDeleted: rest.length === 0 } };
}

async function leaveOptions(args: readonly string[]): Promise<Options> {
  const flag = { type: "boolean" } as const;
  const options = { drain: flag, keep: flag, force: flag, timeout: { type: "string" }, ...PROGRESS_OPTIONS } as const;
  let values: { drain?: boolean; keep?: boolean; force?: boolean; timeout?: string; quiet?: boolean; json?: boolean };
  try {
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new CliError(`${(error as Error).message}\n\n${LEAVE_USAGE}`, EX_USAGE);
  }
  const { drain: ends, keep, force = false, timeout = "300" } = values;
  if (ends && keep) throw new CliError(`--drain and --keep: give only one of them\n\n${LEAVE_USAGE}`, EX_USAGE);
  if (!/^\d{1,5}$/.test(timeout))
    throw new CliError(`--timeout ${timeout}: expected a whole number of seconds, such as 300`, EX_USAGE);
  const output = outputMode(values);
  return { keep: keep ?? (ends ? false : await confirmed()), force, timeout: Number(timeout) * 1000, output };
}

async function confirmed(): Promise<boolean> {
  const choice = await confirm(
    "End the pods of this host (drain), or leave their containers running (keep)? [drain/keep] ",
  );
  if (choice === undefined)
    throw new CliError(
      `standard input is not a terminal, so the command cannot ask: give --drain or --keep\n\n${LEAVE_USAGE}`,
      EX_USAGE,
    );
  if (/^d(rain)?$/i.test(choice)) return false;
  if (/^k(eep)?$/i.test(choice)) return true;
  throw new CliError("nothing was changed");
}

/**
 * Throws CliError for a kubeconfig that an administrator has placed elsewhere. unitlet does not remove it, and with it
 * this host stays a node.
 */
function refuseForeign(kubeconfig: string, cluster: Cluster | undefined): void {
  if (cluster === undefined || kubeconfig === DEFAULT_KUBECONFIG) return;
  throw new CliError(`kubeconfig = ${kubeconfig} is not unitlet's own: remove that setting from /etc/unitlet first`);
}

async function drained(
  config: Config,
  nodeName: string,
  { force, timeout }: Options,
  progress: Progress,
): Promise<void> {
  if (config.cluster === undefined) return;
  const api = new ApiClient(config.cluster, config.apiServerTimeout, Number.POSITIVE_INFINITY);
  try {
    await drain(api, nodeName, timeout, progress);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof CliError)) throw error;
    if (!force)
      throw new CliError(
        `cannot drain: ${error.message}\nNothing was removed. To leave all the same: --drain --force, or --keep`,
      );
    progress.warn(`Not drained: ${error.message}`);
  } finally {
    api.close();
  }
}

/** Deletes the lease, and the Node if the cluster lets a node do so. Returns what an administrator has to do. */
async function removeNode(nodeName: string, cluster: Cluster): Promise<readonly string[]> {
  const api = new ApiClient(cluster, 5000, Number.POSITIVE_INFINITY);
  const kube = new Kube(api, nodeName);
  const rest = `The cluster still has the Node object. An administrator removes it: kubectl delete node ${nodeName}`;
  try {
    await kube.deleteNode();
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return [];
    await kube.deleteLease().catch(() => undefined);
    return [rest];
  } finally {
    api.close();
  }
}

function forget(kubeconfig: string, keep: boolean): void {
  if ((readOptional(kubeconfig) ?? "") !== "") remove(kubeconfig);
  removeWatchConfig();
  for (const name of ["lease", "list"] as const) removeCurlOptions(name);
  for (const path of forgottenFiles(keep)) remove(path);
}

const FILES = [
  PKI,
  `${API_STATE_DIR}/self-signed.pem`,
  `${RUN_DIR}/credentials.json`,
  `${API_RUN_DIR}/api-answers.json`,
  `${RUN_DIR}/lease`,
  ...["certificates", "credentials", "node", "network"].map((topic) => `${RUN_DIR}/problem.${topic}`),
];

/** What containers that run on depend on: with other settings or ranges they would restart at the next join. */
const FILES_OF_CONTAINERS = [JOIN_SETTINGS, `${STATE_DIR}/pod-cidrs`, `${STATE_DIR}/cluster-network`, KEPT_PODS];

/** Returns the files that a host removes when it leaves. With `keep` its containers run on. */
export function forgottenFiles(keep: boolean): readonly string[] {
  return keep ? FILES : [...FILES, ...FILES_OF_CONTAINERS];
}
