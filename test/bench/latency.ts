import { setTimeout as sleep } from "node:timers/promises";
import { names } from "./pods.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";
import type { Subject } from "./subject.ts";

/** Milliseconds. */
export interface Latency {
  /** From the acknowledged creation until a watching client sees phase Running. */
  readonly running: Summary;
  /** From the acknowledged deletion until a watching client sees the object go. */
  readonly gone: Summary;
}

/** With the watch: one pod after the other, each from its creation to its end. */
export async function measureWatchLatency(subject: Subject, times: number): Promise<Latency> {
  say(`latency with the watch: ${times} pods, one at a time`);
  await prepare(subject, true);
  const running: number[] = [];
  const gone: number[] = [];
  for (const name of names("watch", times)) {
    running.push(await birth(subject, name, 100));
    gone.push(await death(subject, name, 100));
  }
  return { running: summarise(running), gone: summarise(gone) };
}

const BEAT = 5000;

/** With the timer alone: at moments spread evenly between two beats, each pod beside the end of the one before it, to save time. */
export async function measureTimerLatency(subject: Subject, times: number): Promise<Latency> {
  say(`latency with the timer alone: ${times} pods`);
  await prepare(subject, false);
  const running: number[] = [];
  const gone: number[] = [];
  const moment = (at: number) => (BEAT * (at % times)) / times;
  const all = names("timer", times);
  for (const [at, name] of [...all, undefined].entries()) {
    const last = all[at - 1];
    await Promise.all([
      name && birth(subject, name, moment(at)).then((took) => running.push(took)),
      last && death(subject, last, moment(at + times / 2)).then((took) => gone.push(took)),
    ]);
  }
  return { running: summarise(running), gone: summarise(gone) };
}

async function prepare(subject: Subject, watch: boolean): Promise<void> {
  await subject.watch(watch);
  await subject.start();
  await subject.syncUntilIdle();
}

async function birth({ pods }: Subject, name: string, pause: number): Promise<number> {
  await sleep(pause);
  const created = await pods.create(name);
  return (await pods.running(name)) - created;
}

async function death({ pods }: Subject, name: string, pause: number): Promise<number> {
  await sleep(pause);
  const removed = await pods.remove(name);
  return (await pods.gone(name)) - removed;
}
