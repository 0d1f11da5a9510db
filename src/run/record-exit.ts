import { wasOomKilled } from "../io/journal/oom-kill.ts";
import { recordExit } from "../io/pods/exit-records.ts";
import type { FileStep } from "../model/step.ts";

const KILLED = { result: "oom-kill", code: "killed", status: "KILL", oomKilled: true } as const;

/**
 * Records an exit. For a lost one the journal is asked whether it was an OOM kill: after a second one in the cgroup, systemd kills
 * container-exit as well (systemd's service.c: service_notify_cgroup_oom_event, v257).
 */
export async function recordExitOrKill(step: Extract<FileStep, { kind: "record-exit" }>): Promise<void> {
  const { uid, container, record, retryAt } = step;
  const isKilled = record.code === "lost" && (await wasOomKilled(record.invocation));
  recordExit(uid, container, isKilled ? { ...record, ...KILLED } : record, retryAt);
}
