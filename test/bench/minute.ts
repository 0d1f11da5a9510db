import { setTimeout as sleep } from "node:timers/promises";
import { Machine } from "../support/machine.ts";
import { Account } from "./account.ts";
import { say } from "./progress.ts";
import type { Subject } from "./subject.ts";

/** CPU ms in a minute: of the whole machine, of its PID 1 and of its D-Bus daemon. */
export interface Minute {
  readonly pods: number;
  readonly total: number;
  readonly systemd: number;
  readonly bus: number;
}

/** A minute of ordinary life: the timer beats, the path listens, nothing changes. */
export async function measureMinute(subject: Subject, pods: number, seconds: number): Promise<Minute> {
  await subject.grow(pods);
  await subject.syncUntilIdle();
  say(`${pods} pods: a minute of ordinary life`);
  return { pods, ...(await watchMinute(subject.account, seconds)) };
}

/** The same minute on a machine without an agent. */
export async function measureBare(seconds: number): Promise<Minute> {
  await using machine = await Machine.boot("bench-bare", { net: "private" });
  const account = await Account.open(machine);
  // The boot has its aftermath.
  await sleep(3000);
  return { pods: 0, ...(await watchMinute(account, seconds)) };
}

/** CPU ms, made into those of a minute. */
export async function watchMinute(account: Account, seconds: number): Promise<Omit<Minute, "pods">> {
  const before = await account.managers();
  const start = account.total();
  await sleep(seconds * 1000);
  const total = account.total() - start;
  const after = await account.managers();
  const share = 60 / seconds;
  return {
    total: total * share,
    systemd: (after.systemd - before.systemd) * share,
    bus: (after.bus - before.bus) * share,
  };
}
