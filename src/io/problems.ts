import type { Log } from "../log.ts";
import { RUN_DIR } from "../model/paths.ts";
import { exists, readOptional, remove, writeBestEffort } from "./files.ts";

/** Problems that may last: the message when one begins, and the message when it ends. */
export const PROBLEM_PREFIX = {
  "add-ons": [
    "cannot make a directory that add-ons of the cluster expect",
    "all directories that add-ons of the cluster expect are there",
  ],
  agent: ["cannot start or stop a unit of unitlet itself", "the units of unitlet itself are in order again"],
  certificates: ["this node's certificates are not in order", "this node's certificates are in order"],
  credentials: [
    "the API server and this node do not accept each other",
    "the API server and this node accept each other again",
  ],
  events: ["the API server refuses Events of this node", "the API server accepts Events of this node again"],
  "image-archives": [
    "an archive of images could not be imported",
    "all archives of images in the directory have been imported",
  ],
  "kept-units": ["cannot put back units of pods after the boot", "all units of pods are back after the boot"],
  lease: ["the API server refuses the lease of this node", "the API server accepts the lease of this node again"],
  list: ["the list of pods is not complete; nothing is removed", "the list of pods is complete again"],
  "mirror-pods": [
    "the API server does not show some static pods of this node as they are",
    "the API server shows all static pods of this node",
  ],
  network: ["pods cannot be connected to the cluster's network", "pods can be connected to the cluster's network"],
  node: ["cannot update the Node object", "the Node object is updated again"],
  "pod-deletes": [
    "the API server refuses to delete pods that have ended here",
    "the API server deletes pods that have ended here again",
  ],
  "pod-statuses": [
    "the API server refuses the status of pods of this node",
    "the API server accepts the status of pods of this node again",
  ],
  pods: ["some pods cannot be handled, which is a bug of unitlet; the others go on", "all pods can be handled again"],
  reservations: [
    "the settings reserve more than this host has, and pods get nothing of it",
    "the settings leave something for pods again",
  ],
  "static-pods": ["some manifests of this node are no static pods", "all manifests of this node are static pods again"],
  "sync-trigger": ["unitlet-sync.path does not start runs", "unitlet-sync.path starts runs again"],
  probes: ["cannot run the probes", "the probes run again"],
  seal: [
    "cannot store the values that pods need to start without the API server",
    "the values that pods need to start without the API server are stored again",
  ],
  tokens: [
    "the API server refuses tokens for pods of this node",
    "the API server issues tokens for pods of this node again",
  ],
  services: ["some Services have no name in some pods", "all Services have their names in all pods again"],
  workloads: [
    "some workloads of the directory do not get what they ask for",
    "all workloads of the directory get what they ask for again",
  ],
  systemd: ["cannot talk to systemd", "systemd answers again"],
} as const;

/** Returns the last message of an open problem; undefined when there is none. */
export function openProblem(topic: keyof typeof PROBLEM_PREFIX): string | undefined {
  return readOptional(`${RUN_DIR}/problem.${topic}`);
}

/** Returns for each topic whether it has an open problem. */
export function openProblems(): Readonly<Record<string, boolean>> {
  return Object.fromEntries(Object.keys(PROBLEM_PREFIX).map((topic) => [topic, exists(`${RUN_DIR}/problem.${topic}`)]));
}

/**
 * Logs a problem once when it begins, and once when it ends, and not on every run. `because` is undefined when there is
 * none.
 */
export function reportProblem(log: Log, topic: keyof typeof PROBLEM_PREFIX, because: string | undefined): void {
  const path = `${RUN_DIR}/problem.${topic}`;
  const before = readOptional(path);
  if (because === before) return;
  const [begun, over] = PROBLEM_PREFIX[topic];
  if (because === undefined) {
    log.notice(over);
    remove(path);
    return;
  }
  log.error(begun, { because });
  writeBestEffort(path, because, 0o600);
}
