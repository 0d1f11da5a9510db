import { readFileSync } from "node:fs";
import { namesIn } from "../../io/files.ts";

/** What is left of a session when its client has gone may do so much longer what it does on SIGHUP. Milliseconds. */
const GRACE = 500;

/** Sessions that were told to end, by the ID of the process that leads them, and have their time until they are killed. */
const ending = new Map<number, NodeJS.Timeout>();

/** Ends all processes of a session: what the terminal or the connection is gone of has no more to do. */
export function endSession(leader: number): void {
  if (ending.has(leader)) return;
  for (const pid of membersOf(leader)) signal(pid, "SIGHUP");
  const kill = () => {
    ending.delete(leader);
    for (const pid of membersOf(leader)) signal(pid, "SIGKILL");
  };
  ending.set(leader, setTimeout(kill, GRACE));
}

/** For a process that is about to end: nobody would be there when their time is over. */
export function killEndingSessions(): void {
  for (const leader of ending.keys()) for (const pid of membersOf(leader)) signal(pid, "SIGKILL");
}

function membersOf(leader: number): readonly number[] {
  return namesIn("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && sessionOf(pid) === leader);
}

function sessionOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before it, in parentheses, may hold anything: state, parent, group, session.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: "SIGHUP" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
