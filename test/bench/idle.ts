import { say } from "./progress.ts";
import type { Runs, Subject } from "./subject.ts";

/** What a run finds, and how it is brought about: what it remembers of the last one is taken away, or made young. */
export const KINDS = {
  /** All is as the last run left it. Most runs. */
  fastPath: "touch /run/unitlet/lease",
  /** The same, and the lease and the Node are due. Every other run. */
  lease: "rm /run/unitlet/lease",
  /** A full run that finds nothing to do. One a minute, and one for each change. */
  fullRun: "touch /run/unitlet/lease && rm /run/unitlet/fast-path.json",
} as const;

export type Kind = keyof typeof KINDS;
export const kinds = Object.keys(KINDS) as readonly Kind[];

/** The condition of the service, and a failure when it would start a run. */
export const CONDITION = [
  "/bin/sh",
  "-c",
  "/usr/local/lib/unitlet/run-needed /run/unitlet/unchanged; [ $? -eq 77 ]",
] as const;

export interface Idle {
  readonly pods: number;
  readonly runs: Readonly<Record<Kind, Runs & { readonly requests: number }>>;
  /** A tick that needs no run: the condition of the service alone. */
  readonly tick: Runs;
  /** The same, and the lease is due. */
  readonly renewal: Runs;
  /** As systemd starts it: CPU ms a run in PID 1 and in the D-Bus daemon, and the share of full runs among them. */
  readonly started: { readonly systemd: number; readonly bus: number; readonly fullRun: number };
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
    await subject.syncUntilIdle();
    await subject.measure(command, 1);
    const before = await fastPathWrittenAt(subject);
    const requests = await subject.requests(command, KINDS[kind]);
    const measured = await subject.measure(command, times, KINDS[kind]);
    if (kind !== "fullRun" && (await fastPathWrittenAt(subject)) !== before)
      throw new Error(`a run with ${pods} pods was a full run where the fast path should have ended it`);
    runs[kind] = { ...measured, requests };
  }
  await subject.syncUntilIdle();
  const tick = await subject.measure(CONDITION, times, `${KINDS.fastPath} /run/unitlet/lease-renewed`);
  const renewal = await subject.measure(CONDITION, times, `${KINDS.fastPath} && rm /run/unitlet/lease-renewed`);
  return { pods, runs: runs as Idle["runs"], tick, renewal, started: await measureStarted(subject) };
}

async function fastPathWrittenAt(subject: Subject): Promise<string> {
  return (await subject.machine.exec("stat --format=%z /run/unitlet/fast-path.json")).stdout;
}

const STARTS = 20;

async function measureStarted(subject: Subject): Promise<Idle["started"]> {
  await subject.syncUntilIdle();
  const start = `${KINDS.fastPath}; systemctl start unitlet-sync; stat --format=%z /run/unitlet/fast-path.json`;
  const before = await subject.account.managers();
  const { stdout } = await subject.machine.exec(`for n in $(seq ${STARTS}); do ${start}; done`);
  const after = await subject.account.managers();
  const kept = new Set(stdout.trim().split("\n"));
  return {
    systemd: (after.systemd - before.systemd) / STARTS,
    bus: (after.bus - before.bus) / STARTS,
    fullRun: (kept.size - 1) / (STARTS - 1),
  };
}
