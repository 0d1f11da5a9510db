import { setTimeout as sleep } from "node:timers/promises";
import { names } from "./pods.ts";
import { say } from "./progress.ts";
import type { Subject } from "./subject.ts";

export interface Burst {
  /** Seconds from the first request to create one until the last one is seen in phase Running. */
  readonly running: number;
  /** CPU ms of the whole machine for each pod, until all is quiet again. */
  readonly cpuPerPod: number;
  /** PID 1's part of it. */
  readonly systemdPerPod: number;
  /** Seconds from the first request to delete one until the last one is gone. */
  readonly gone: number;
  readonly cpuPerGonePod: number;
}

/** The runs after the last change, which find less and less to do, belong to it. */
const AFTERMATH = 3000;

export async function measureBurst(subject: Subject, watch: boolean, count: number): Promise<Burst> {
  say(`burst ${watch ? "with the watch" : "with the timer alone"}: ${count} pods at once`);
  await subject.watch(watch);
  await subject.start();
  // Right after a run: with the timer alone this is the worst moment.
  await subject.syncUntilIdle();
  const { pods, account } = subject;
  const all = names(watch ? "crowd" : "throng", count);
  const start = performance.now();
  const before = { total: account.total(), ...(await account.managers()) };
  await Promise.all(all.map((name) => pods.create(name)));
  const running = (Math.max(...(await Promise.all(all.map((name) => pods.running(name))))) - start) / 1000;
  await sleep(AFTERMATH);
  const between = { total: account.total(), ...(await account.managers()) };

  say(`burst: deleting the ${count} pods`);
  await subject.syncUntilIdle();
  const middle = account.total();
  const stop = performance.now();
  await Promise.all(all.map((name) => pods.remove(name)));
  const gone = (Math.max(...(await Promise.all(all.map((name) => pods.gone(name))))) - stop) / 1000;
  await sleep(AFTERMATH);
  return {
    running,
    cpuPerPod: (between.total - before.total) / count,
    systemdPerPod: (between.systemd - before.systemd) / count,
    gone,
    cpuPerGonePod: (account.total() - middle) / count,
  };
}
