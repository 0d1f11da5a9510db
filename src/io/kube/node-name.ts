import { STATE_DIR } from "../../model/paths.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** Holds the name under which this host has joined a cluster. */
const NODE_NAME_FILE = `${STATE_DIR}/joined`;

/**
 * Why a source of pods is not the one that the pods on this host came from: the kubeconfig is gone, or the host goes by
 * another name. Such a list has none of them, and all would be ended for a slip. `nodeName` undefined: no cluster.
 */
export function nodeNameMismatch(nodeName: string | undefined): string | undefined {
  const joined = readOptional(NODE_NAME_FILE)?.trim();
  if (joined === undefined || joined === nodeName) return undefined;
  const now = nodeName === undefined ? "there is no kubeconfig any more" : `its name is ${nodeName} now`;
  return `this host is node ${joined} of a cluster, and ${now}: undo that or join again as ${joined}, or end its pods (unitlet leave --drain)`;
}

export function saveNodeName(nodeName: string): void {
  if (readOptional(NODE_NAME_FILE) === `${nodeName}\n`) return;
  writeAtomic(NODE_NAME_FILE, `${nodeName}\n`, 0o600);
  // Of the pods that this host had by itself; a node's are told to the API server.
  remove(`${STATE_DIR}/status`);
}

/** The name under which this host has joined a cluster; undefined: it has not. */
export function savedNodeName(): string | undefined {
  return readOptional(NODE_NAME_FILE)?.trim();
}

export function removeSavedNodeName(): void {
  remove(NODE_NAME_FILE);
}
