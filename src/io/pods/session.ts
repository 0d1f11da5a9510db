import { readFileSync } from "node:fs";
import { list } from "../files.ts";

/** What is left of a command when its client has gone may do so much longer what it does on SIGHUP. Milliseconds. */
const GRACE_PERIOD_MS = 500;

interface Ending {
  /** By the processes that lead them: the command's own, and those that its descendants have begun. */
  readonly sessions: Set<number>;
}

/** What was told to end, by the process that led it, and has its time until it is killed. */
const ending = new Map<number, Ending>();

/** Ends a command with all that it has started: there is no terminal or connection for it any more. */
export function endSession(leader: number): void {
  if (ending.has(leader)) return;
  const sessions = new Set([leader]);
  ending.set(leader, { sessions });
  signalAll(sessions, "SIGHUP");
  setTimeout(() => {
    ending.delete(leader);
    signalAll(sessions, "SIGKILL");
  }, GRACE_PERIOD_MS);
}

/** As endSession, at once: nobody waits for it any more. */
export function killSession(leader: number): void {
  const sessions = new Set([leader]);
  signalAll(sessions, "SIGKILL");
  // And what they have just begun.
  signalAll(sessions, "SIGKILL");
}

/** For a process that is about to end: nobody would be there when their time is over. */
export function killEndingSessions(): void {
  for (const { sessions } of ending.values()) signalAll(sessions, "SIGKILL");
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
}

function signalAll(sessions: Set<number>, name: "SIGHUP" | "SIGKILL"): void {
  for (const { pid } of membersOf(sessions, allProcesses())) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * All of these sessions, and all that descends from them: crun, for one, begins a session for what it runs. Theirs are
 * added to `sessions`, since a process is nobody's descendant any more when its parent has ended.
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
      // The name before it, in parentheses, may hold anything: state, parent, group, session.
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
