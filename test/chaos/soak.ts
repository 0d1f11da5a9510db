import type { Footprint } from "./footprint.ts";
import { say } from "./progress.ts";
import type { Subject } from "./subject.ts";

/** A node takes 110 pods. */
const WAVE = 88;

/** Creates so many pods of each kind and deletes them, in waves that fit on the node. */
export async function soak(subject: Subject, count: number): Promise<void> {
  const kinds = Object.keys(subject.kinds);
  const each = Math.floor(WAVE / kinds.length);
  for (let done = 0; done < count; done += each) {
    const now = Math.min(each, count - done);
    const pods = kinds.flatMap((kind) =>
      Array.from({ length: now }, (_, at) => [`soak-${kind}-${done + at}`, kind] as const),
    );
    await subject.create(pods);
    await subject.waitForPods();
    await subject.remove(pods.map(([name]) => name));
    await subject.waitForPods();
    say(`soak: ${done + now} of ${count} pods of each of ${kinds.length} kinds`);
  }
}

/** Runs one pod of each kind, so that what stays by design is there: images, journals, timers. Returns the footprint then. */
export async function warmUp(subject: Subject): Promise<Footprint> {
  await soak(subject, 1);
  await subject.settle();
  return subject.footprint();
}
