import { readFileSync } from "node:fs";
import { list } from "../files.ts";

/** Sends SIGKILL to a command and to all processes that it has started. */
export function killSession(leader: number): void {
  const sessions = new Set([leader]);
  killAll(sessions);
  // The second pass kills the processes that were started during the first one.
  killAll(sessions);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

function killAll(sessions: Set<number>): void {
  for (const { pid } of membersOf(sessions, allProcesses())) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // The process has ended already.
    }
  }
}

/**
 * Returns the processes of these sessions and their descendants, which may have sessions of their own (crun creates one).
 * Those sessions are added to `sessions`, because a process loses its ancestors when its parent ends.
 */
export function membersOf(sessions: Set<number>, all: readonly Process[]): readonly Process[] {
  const members = new Map<number, Process>();
  for (let before = -1; before < members.size; ) {
    before = members.size;
    for (const each of all) {
      if (!sessions.has(each.session) && !members.has(each.parent)) continue;
      members.set(each.pid, each);
      sessions.add(each.session);
    }
  }
  return [...members.values()];
}

function allProcesses(): readonly Process[] {
  return list("/proc").flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${Number(name)}/stat`, "utf8");
      // The name, in parentheses, may contain any character. After it come state, parent, process group and session.
      const [, parent, , session] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
      return parent === undefined || session === undefined ? [] : [{ pid: Number(name), parent, session }];
    } catch {
      return [];
    }
  });
}
