import { readFileSync } from "node:fs";
import { list } from "../files.ts";

/** The time between SIGHUP and SIGKILL for the processes of a command after its client has disconnected. */
const GRACE_PERIOD_MS = 500;

interface EndingSession {
  /** The session IDs of the command and of its descendants. */
  readonly sessions: Set<number>;
}

/** The sessions that have got SIGHUP and wait for SIGKILL, by the session leader of the command. */
const endingSessions = new Map<number, EndingSession>();

/** Sends SIGHUP to a command and to all processes that it has started, and SIGKILL 500 ms later. */
export function endSession(leader: number): void {
  if (endingSessions.has(leader)) return;
  const sessions = new Set([leader]);
  endingSessions.set(leader, { sessions });
  signalAll(sessions, "SIGHUP");
  setTimeout(() => {
    endingSessions.delete(leader);
    signalAll(sessions, "SIGKILL");
  }, GRACE_PERIOD_MS);
}

/** Sends SIGKILL to a command and to all processes that it has started. */
export function killSession(leader: number): void {
  const sessions = new Set([leader]);
  signalAll(sessions, "SIGKILL");
  // The second pass kills the processes that were started during the first one.
  signalAll(sessions, "SIGKILL");
}

/** Sends SIGKILL to all sessions that wait for it. The server calls this before it exits. */
export function killEndingSessions(): void {
  for (const { sessions } of endingSessions.values()) signalAll(sessions, "SIGKILL");
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
