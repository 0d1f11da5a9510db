import type { V1Volume } from "@kubernetes/client-node";
import { names } from "./pods.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";
import type { Runs, Subject } from "./subject.ts";

const VOLUMES = {
  nothing: undefined,
  "a ConfigMap": { name: "v", configMap: { name: "bench" } },
  "a Secret": { name: "v", secret: { secretName: "bench" } },
  "a token": { name: "v", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
} as const satisfies Readonly<Record<string, V1Volume | undefined>>;

export type Source = keyof typeof VOLUMES;

/** What it costs that pods mount something that the API server has. */
export interface Sources {
  readonly source: Source;
  /** Milliseconds from the acknowledged creation until a watching client sees phase Running. */
  readonly running: Summary;
  /** The close look at pods that all have it: once a minute, and when anything has changed. */
  readonly close: Runs & { readonly requests: number };
  readonly pods: number;
}

const PODS = 20;
/** Everything is looked at closely, and what pods refer to is a minute old. */
const MINUTE_LATER = `touch /run/unitlet/lease && rm -f /run/unitlet/fast-path.json && sed -i 's/"at":[0-9]*/"at":0/' /run/unitlet/references/*`;

export async function measureSources(subject: Subject, times: number): Promise<Sources[]> {
  await subject.provide("bench");
  const measured: Sources[] = [];
  for (const [source, volume] of Object.entries(VOLUMES) as [Source, V1Volume | undefined][]) {
    say(`${PODS} pods that mount ${source}`);
    await subject.watch(true);
    await subject.start();
    const running: number[] = [];
    const all = names(source.toLowerCase().replaceAll(" ", "-"), PODS);
    for (const name of all) {
      const created = await subject.pods.create(name, volume && { volume });
      running.push((await subject.pods.running(name)) - created);
    }
    await subject.stop();
    await subject.syncUntilIdle();
    const command = await subject.command();
    const requests = await subject.requests(command, MINUTE_LATER);
    const close = { ...(await subject.measure(command, times, MINUTE_LATER)), requests };
    measured.push({ source, running: summarise(running), close, pods: PODS });
    await subject.start();
    for (const name of all) await subject.pods.remove(name);
    await Promise.all(all.map((name) => subject.pods.gone(name)));
  }
  return measured;
}
