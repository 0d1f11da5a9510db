import { join } from "node:path";
import type { Pod, PodStatus } from "../../model/api/pod.ts";
import { STATE_DIR } from "../../model/paths.ts";
import type { OwnedPod, WorkloadState } from "../../model/workload-state.ts";
import { digest } from "../../unitfile/hash.ts";
import { ignoreMissing, list, readOptional, remove, writeAtomic } from "../files.ts";

const DIRECTORY = `${STATE_DIR}/workloads`;
/** No StatefulSet has a higher one: `spec.ordinals.start` and `spec.replicas` are of type int32. */
const MAX_ORDINAL = 2 ** 32;
const KINDS: readonly WorkloadState["kind"][] = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
const STATUS = `${STATE_DIR}/status`;

/** Returns what this host remembers of the workloads of its directory, with the statuses of their pods. */
export function readWorkloadStates(): readonly WorkloadState[] {
  return readStored().map((state) => ({
    ...state,
    pods: state.pods.map((owned) => ({ ...owned, pod: withStoredStatus(owned.pod) })),
  }));
}

/** A workload whose state could not be stored. */
export interface Unstored {
  readonly state: WorkloadState;
  readonly because: string;
}

/**
 * Stores what has changed, and removes all other files. Returns what could not be stored, for example on a full disk. Names and
 * UIDs of pods are functions of their workload, so the next run makes the same ones.
 */
export function writeWorkloadStates(states: readonly WorkloadState[]): readonly Unstored[] {
  const stored = new Map(readStored().map((state) => [fileOf(state), JSON.stringify(state)]));
  const unstored = states.flatMap((state) => {
    try {
      // This throws for a text longer than Node's strings.
      const text = JSON.stringify({ ...state, pods: state.pods.map(withoutStatus) });
      if (stored.get(fileOf(state)) !== text) writeAtomic(fileOf(state), text, 0o600);
      return [];
    } catch (error) {
      // The rest of Node's messages is the path.
      return [{ state, because: (error as Error).message.split(",")[0] ?? "" }];
    }
  });
  const kept = new Set(states.map(fileOf));
  const others = list(DIRECTORY).map((name) => join(DIRECTORY, name));
  for (const path of others) if (!kept.has(path)) removeIfPossible(path);
  return unstored;
}

/** A disk that is read-only after an error keeps the file, and the pods go on without it. */
function removeIfPossible(path: string): void {
  try {
    remove(path);
  } catch {}
}

/** Forgets a pod of a workload of which nothing is left on the host. Throws the errors of the file system. */
export function forgetOwnedPod(uid: string): void {
  for (const state of readStored()) {
    const pods = state.pods.filter(({ pod }) => pod.metadata.uid !== uid);
    if (pods.length < state.pods.length) writeAtomic(fileOf(state), JSON.stringify({ ...state, pods }), 0o600);
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
        const path = join(DIRECTORY, name);
        const state = JSON.parse(readOptional(path) ?? "") as WorkloadState;
        // What is not as a run writes it counts as lost.
        return isState(state) && fileOf(state) === path ? [state] : [];
      } catch {
        // The pods have the same names and UIDs when they are made anew.
        return [];
      }
    });
}

function isState({ kind, namespace, name, uid, pods }: WorkloadState): boolean {
  const isPod = ({ ordinal, templateHash, pod: { metadata, spec } }: OwnedPod) =>
    Number.isInteger(ordinal) &&
    ordinal >= 0 &&
    ordinal <= MAX_ORDINAL &&
    areTexts(templateHash, metadata.uid, metadata.name, metadata.namespace) &&
    Array.isArray(spec.containers);
  return areTexts(kind, namespace, name, uid) && KINDS.includes(kind) && pods.every(isPod);
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
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

/** Stores the status of a pod of the directory. Throws the errors of the file system. */
export function storeStatus({ metadata }: Pod, status: PodStatus): void {
  writeAtomic(statusPath(metadata.uid), JSON.stringify(status), 0o600);
}

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
