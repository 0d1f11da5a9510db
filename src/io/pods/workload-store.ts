import { join } from "node:path";
import type { Pod, PodStatus } from "../../model/api/pod.ts";
import { STATE_DIR } from "../../model/paths.ts";
import type { OwnedPod, WorkloadState } from "../../model/workload-state.ts";
import { digest } from "../../unitfile/hash.ts";
import { ignoreMissing, list, readOptional, remove, writeBestEffort } from "../files.ts";

const DIRECTORY = `${STATE_DIR}/workloads`;
const STATUS = `${STATE_DIR}/status`;

/** Returns what this host remembers of the workloads of its directory, with the statuses of their pods. */
export function readWorkloadStates(): readonly WorkloadState[] {
  return readStored().map((state) => ({
    ...state,
    pods: state.pods.map((owned) => ({ ...owned, pod: withStoredStatus(owned.pod) })),
  }));
}

/**
 * Stores what has changed. A full disk is no error: names and UIDs of pods are functions of their workload, so the next run makes
 * the same ones.
 */
export function writeWorkloadStates(states: readonly WorkloadState[]): void {
  const stored = new Map(readStored().map((state) => [fileOf(state), JSON.stringify(state)]));
  for (const state of states) {
    const text = JSON.stringify({ ...state, pods: state.pods.map(withoutStatus) });
    if (stored.get(fileOf(state)) !== text) writeBestEffort(fileOf(state), text, 0o600);
  }
  const kept = new Set(states.map(fileOf));
  for (const path of stored.keys()) if (!kept.has(path)) remove(path);
}

/** Forgets a pod of a workload of which nothing is left on the host. */
export function forgetOwnedPod(uid: string): void {
  for (const state of readStored()) {
    const pods = state.pods.filter(({ pod }) => pod.metadata.uid !== uid);
    if (pods.length < state.pods.length) writeBestEffort(fileOf(state), JSON.stringify({ ...state, pods }), 0o600);
  }
}

/** Returns the UIDs of the pods of workloads. */
export function ownedUIDs(): readonly string[] {
  return readStored().flatMap(({ pods }) => pods.map(({ pod }) => pod.metadata.uid));
}

function readStored(): readonly WorkloadState[] {
  return list(DIRECTORY)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .flatMap((name) => {
      try {
        const state = JSON.parse(readOptional(join(DIRECTORY, name)) ?? "") as WorkloadState;
        // What is not as a run writes it counts as lost.
        return state.pods.every(({ pod }) => typeof pod.metadata.uid === "string" && pod.spec.containers)
          ? [state]
          : [];
      } catch {
        // The pods have the same names and UIDs when they are made anew.
        return [];
      }
    });
}

/** Names of workloads may be too long for a file's name. */
function fileOf({ kind, namespace, name }: WorkloadState): string {
  return join(DIRECTORY, `${digest(`${kind}/${namespace}/${name}`, 32)}.json`);
}

function withoutStatus({ pod: { status: _, ...pod }, ...rest }: OwnedPod): OwnedPod {
  return { ...rest, pod };
}

/** The file with the status of a standalone node's pod. */
export const statusPath = (uid: string) => join(STATUS, `${uid}.json`);

/** Returns the pod with the status that was published last. */
export function withStoredStatus(pod: Pod): Pod {
  const text = ignoreMissing(() => readOptional(statusPath(pod.metadata.uid)));
  if (text === undefined) return pod;
  try {
    return { ...pod, status: JSON.parse(text) as PodStatus };
  } catch {
    return pod;
  }
}

/** Removes the stored status of all pods but these and those of workloads. */
export function removeStatusExcept(pods: readonly Pod[]): void {
  const uids = [...pods.map(({ metadata }) => metadata.uid), ...ownedUIDs()];
  const known = new Set(uids.map((uid) => `${uid}.json`));
  for (const name of list(STATUS)) if (!known.has(name)) remove(join(STATUS, name));
}
