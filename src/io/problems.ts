import type { Log } from "../log.ts";
import { RUN_DIR } from "../model/paths.ts";
import { exists, readOptional, remove, writeBestEffort } from "./files.ts";

/** What may be wrong for long: what is said when it begins, and when it is over. */
const PROBLEM_PREFIX = {
  agent: ["cannot start or stop a unit of unitlet itself", "the units of unitlet itself are as they should be"],
  certificates: ["this node's certificates are not in order", "this node's certificates are in order"],
  credentials: [
    "the API server and this node do not accept each other",
    "the API server and this node accept each other again",
  ],
  list: ["the list of pods is not complete; nothing is removed", "the list of pods is complete again"],
  node: ["cannot keep the node up", "the node is kept up again"],
  "sync-trigger": ["nobody hears the doorbell", "the doorbell is heard again"],
  probes: ["probes cannot be made", "probes are made again"],
  seal: ["cannot keep what pods are given for a boot without the API server", "what pods are given is kept again"],
  systemd: ["cannot talk to systemd", "systemd answers again"],
} as const;

/** What was said last of this topic, while it is not over. */
export function openProblem(topic: keyof typeof PROBLEM_PREFIX): string | undefined {
  return readOptional(`${RUN_DIR}/problem.${topic}`);
}

/** Each topic, and whether something is wrong with it now. */
export function openProblems(): Readonly<Record<string, boolean>> {
  return Object.fromEntries(Object.keys(PROBLEM_PREFIX).map((topic) => [topic, exists(`${RUN_DIR}/problem.${topic}`)]));
}

/** Says once that something is wrong, and once that it is over: not every few seconds all night. */
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
