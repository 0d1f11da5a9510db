import { say } from "./progress.ts";
import type { Runs, Subject } from "./subject.ts";

/** What a run finds, and how it is brought about: what it remembers of the last one is taken away, or made young. */
const KINDS = {
  /** All is as the last run left it. Most runs. */
  settled: "touch /run/unitlet/lease",
  /** The same, and the lease and the Node are due. Every other run. */
  lease: "rm /run/unitlet/lease",
  /** Everything is looked at closely, and found well. Once a minute, and when anything has changed. */
  close: "touch /run/unitlet/lease && rm /run/unitlet/fast-path.json",
} as const;

export type Kind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as readonly Kind[];

export interface Idle {
  readonly pods: number;
  readonly runs: Readonly<Record<Kind, Runs & { readonly requests: number }>>;
  /** As systemd starts it: CPU ms a run in PID 1 and in the D-Bus daemon, and the share of runs that looked closely all the same. */
  readonly started: { readonly systemd: number; readonly bus: number; readonly close: number };
}

/** Runs in which there is nothing to do. */
export async function measureIdle(subject: Subject, pods: number, times: number): Promise<Idle> {
  say(`${pods} pods: idle runs`);
  await subject.grow(pods);
  await subject.stop();
  const command = await subject.command();
  const runs: Partial<Record<Kind, Runs & { requests: number }>> = {};
  for (const kind of kinds) {
    // The first that is not started by systemd may find something new in that.
    await subject.settle();
    await subject.measure(command, 1);
    const before = await settledAt(subject);
    const requests = await subject.requests(command, KINDS[kind]);
    const measured = await subject.measure(command, times, KINDS[kind]);
    if (kind !== "close" && (await settledAt(subject)) !== before)
      throw new Error(`a run with ${pods} pods looked closely where it should not have had to`);
    runs[kind] = { ...measured, requests };
  }
  return { pods, runs: runs as Idle["runs"], started: await measureStarted(subject) };
}

async function settledAt(subject: Subject): Promise<string> {
  return (await subject.machine.exec("stat --format=%z /run/unitlet/fast-path.json")).stdout;
}

const STARTS = 20;

async function measureStarted(subject: Subject): Promise<Idle["started"]> {
  await subject.settle();
  const start = `${KINDS.settled}; systemctl start unitlet-sync; stat --format=%z /run/unitlet/fast-path.json`;
  const before = await subject.account.managers();
  const { stdout } = await subject.machine.exec(`for n in $(seq ${STARTS}); do ${start}; done`);
  const after = await subject.account.managers();
  const kept = new Set(stdout.trim().split("\n"));
  return {
    systemd: (after.systemd - before.systemd) / STARTS,
    bus: (after.bus - before.bus) / STARTS,
    close: (kept.size - 1) / (STARTS - 1),
  };
}
