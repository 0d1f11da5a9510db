import type { NodeEvent } from "../../model/api/event.ts";
import type { SystemKill } from "../../model/host/system-kill.ts";

/** Returns the Events of the Node about these kills (`oom/oom_watcher_linux.go: Start`, v1.36). */
export function systemKillEvents(kills: readonly SystemKill[]): NodeEvent[] {
  return kills.map(({ process, pid, sequence }) => ({
    type: "Warning" as const,
    reason: "SystemOOM",
    message: `System OOM encountered, victim process: ${process}, pid: ${pid}`,
    occurrence: String(sequence),
  }));
}
