import { STATE_DIR } from "../../model/paths.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** Holds the name under which this host has joined a cluster. */
export const NODE_NAME_FILE = `${STATE_DIR}/joined`;

/**
 * Returns why a source of pods is not that of the pods on this host: the kubeconfig was removed, or the node has another
 * name. Such a list lacks all pods of this host, and a run would end them by mistake. `nodeName` is undefined without a
 * cluster. Returns undefined when the source is the right one.
 */
export function nodeNameMismatch(nodeName: string | undefined): string | undefined {
  const joined = readOptional(NODE_NAME_FILE)?.trim();
  if (joined === undefined || joined === nodeName) return undefined;
  const now = nodeName === undefined ? "there is no kubeconfig any more" : `its name is ${nodeName} now`;
  return `this host is node ${joined} of a cluster, and ${now}: undo that or join again as ${joined}, or end its pods (unitlet leave --drain)`;
}

/** Stores the name under which this host has joined a cluster. */
export function saveNodeName(nodeName: string): void {
  if (readOptional(NODE_NAME_FILE) === `${nodeName}\n`) return;
  writeAtomic(NODE_NAME_FILE, `${nodeName}\n`, 0o600);
  // The stored status is that of standalone pods. The API server has the status of a node's pods.
  remove(`${STATE_DIR}/status`);
  remove(`${STATE_DIR}/workloads`);
  // Without that, the Jobs of these CronJobs would run once more when the host leaves.
  remove(`${STATE_DIR}/cronjobs`);
}

/** Returns the name under which this host has joined a cluster; undefined when it has not. */
export function savedNodeName(): string | undefined {
  return readOptional(NODE_NAME_FILE)?.trim();
}

/** Removes the stored name, so that another source of pods is accepted. It need not exist. */
export function removeSavedNodeName(): void {
  remove(NODE_NAME_FILE);
}
