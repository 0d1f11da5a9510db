import { DATA } from "../../model/paths.ts";
import { readIfThere, remove, writeWhole } from "../files.ts";

/** Holds the name under which this host has joined a cluster. */
const JOINED = `${DATA}/joined`;

/**
 * Why a source of pods is not the one that the pods on this host came from: the kubeconfig is gone, or the host goes by
 * another name. Such a list has none of them, and all would be ended for a slip. `nodeName` undefined: no cluster.
 */
export function strayed(nodeName: string | undefined): string | undefined {
  const joined = readIfThere(JOINED)?.trim();
  if (joined === undefined || joined === nodeName) return undefined;
  const now = nodeName === undefined ? "there is no kubeconfig any more" : `its name is ${nodeName} now`;
  return `this host is node ${joined} of a cluster, and ${now}: undo that or join again as ${joined}, or end its pods (unitlet leave --drain)`;
}

export function keepJoined(nodeName: string): void {
  if (readIfThere(JOINED) === `${nodeName}\n`) return;
  writeWhole(JOINED, `${nodeName}\n`, 0o600);
  // Of the pods that this host had by itself; a node's are told to the API server.
  remove(`${DATA}/status`);
}

/** The name under which this host has joined a cluster; undefined: it has not. */
export function joinedAs(): string | undefined {
  return readIfThere(JOINED)?.trim();
}

export function forgetJoined(): void {
  remove(JOINED);
}
