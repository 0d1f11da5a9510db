/** A process that the kernel killed because the host was out of memory, not a cgroup. */
export interface SystemKill {
  readonly process: string;
  readonly pid: number;
  /** The number of the kernel's record about it, since the boot. */
  readonly sequence: number;
}

/** The kernel names the process last, so its name cannot forge the rest (`mm/oom_kill.c: dump_oom_victim`). */
const KILL = /^oom-kill:constraint=CONSTRAINT_\w+,.*,global_oom,task_memcg=.*,task=(.*),pid=(\d+),uid=\d+$/;

/**
 * Returns the kill that a record of /dev/kmsg is about; undefined for others. Only the kernel itself writes records of
 * facility 0 (`Documentation/ABI/testing/dev-kmsg`).
 */
export function parseSystemKill(record: string): SystemKill | undefined {
  const [, priority, sequence, text = ""] = /^(\d+),(\d+),[^;]*;(.*)/.exec(record) ?? [];
  const [, process = "", pid] = KILL.exec(text) ?? [];
  if (pid === undefined || Number(priority) >= 8) return undefined;
  return { process, pid: Number(pid), sequence: Number(sequence) };
}
