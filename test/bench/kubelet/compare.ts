import { setTimeout as sleep } from "node:timers/promises";
import type { V1Probe } from "@kubernetes/client-node";
import type { Cluster } from "../../support/cluster.ts";
import type { Admin } from "../admin.ts";
import { names, type Wish } from "../pods.ts";
import { say } from "../progress.ts";
import { type Summary, summarise } from "../statistics.ts";
import { KubeletNode } from "./kubelet-node.ts";
import { both, createAll, each, removeAll, type Side, type Sides, scrape } from "./side.ts";
import { UnitletNode } from "./unitlet-node.ts";

/** unitlet and the kubelet with containerd, side by side in one run. CPU is that of the whole machine. */
export interface Comparison {
  /** CPU ms in a minute, by the number of pods that do nothing. */
  readonly minutes: readonly ({ readonly pods: number } & Sides<number>)[];
  /** CPU ms of one request for the metrics of so many pods. */
  readonly scrapes: readonly ({ readonly pods: number; readonly path: string } & Sides<number>)[];
  /** CPU ms in a minute of so many pods with a probe of one kind every 10 s, less that of as many without. */
  readonly probes: readonly ({ readonly pods: number; readonly kind: string } & Sides<number>)[];
  /** Milliseconds from the acknowledged creation to Running, and from the acknowledged deletion until it is gone. */
  readonly latency: readonly {
    readonly network: string;
    readonly running: Sides<Summary>;
    readonly gone: Sides<Summary>;
  }[];
  readonly bursts: readonly ({ readonly network: string; readonly count: number } & Sides<Burst>)[];
}

interface Burst {
  /** Seconds until the last one is Running, and until the last one is gone. */
  readonly running: number;
  readonly gone: number;
  /** CPU ms of the whole machine for each pod, from its creation until it is gone. */
  readonly cpu: number;
}

export interface ComparePlan {
  readonly seconds: number;
  readonly times: number;
  readonly crowd: number;
}

const SCRAPES = 20;
const PROBED = "/run/probed";
const PROBES: Readonly<Record<string, V1Probe>> = {
  httpGet: { httpGet: { port: 7401, path: "/" } },
  tcpSocket: { tcpSocket: { port: 7401 } },
  exec: { exec: { command: ["true"] } },
};

export async function measureComparison(cluster: Cluster, admin: Admin, plan: ComparePlan): Promise<Comparison> {
  say("beside the kubelet");
  await using unitlet = await UnitletNode.join(cluster, admin);
  await using kubelet = await KubeletNode.join(cluster, admin);
  const sides = { unitlet, kubelet };
  const latency = [await measureLatency(sides, "host", plan.times), await measureLatency(sides, "own", plan.times)];
  const minutes: Comparison["minutes"][number][] = [];
  const all = names("idle", 110);
  for (const pods of [0, 30, 110]) {
    say(`beside the kubelet: a minute of ${pods} pods`);
    await each(sides, (side) => createAll(side, all.slice(minutes.at(-1)?.pods ?? 0, pods)));
    minutes.push({ pods, ...(await minuteOf(sides, plan.seconds)) });
  }
  const scrapes = await measureScrapes(sides, minutes.at(-1));
  await both(sides, (side) => removeAll(side, all));
  const probes = await measureProbes(sides, minutes.at(-1), plan.seconds);
  const bursts = [await measureBurst(sides, "host", plan.crowd), await measureBurst(sides, "own", plan.crowd)];
  return { minutes, scrapes, probes, latency, bursts };
}

/** Both machines have the same minute; each uses little of the computer. */
async function minuteOf(sides: Sides<Side>, seconds: number): Promise<Sides<number>> {
  // After 15 s the kubelet still counted what new containers use: its minute of 110 pods took more than one with probes.
  await sleep(45_000);
  return await both(sides, async ({ account }) => {
    const before = account.total();
    await sleep(seconds * 1000);
    return ((account.total() - before) * 60) / seconds;
  });
}

async function measureLatency(sides: Sides<Side>, network: "host" | "own", times: number) {
  say(`beside the kubelet: ${times} pods, one at a time, network ${network}`);
  const took = {
    unitlet: { running: [] as number[], gone: [] as number[] },
    kubelet: { running: [] as number[], gone: [] as number[] },
  };
  for (const name of names(`single-${network}`, times)) {
    for (const [key, { pods, wish }] of Object.entries(sides) as [keyof Sides<Side>, Side][]) {
      await sleep(200);
      const created = await pods.create(name, { ...wish, ownNetwork: network === "own" });
      took[key].running.push((await pods.running(name)) - created);
      const removed = await pods.remove(name);
      took[key].gone.push((await pods.gone(name)) - removed);
    }
  }
  const of = (field: "running" | "gone") => ({
    unitlet: summarise(took.unitlet[field]),
    kubelet: summarise(took.kubelet[field]),
  });
  return { network, running: of("running"), gone: of("gone") };
}

async function measureScrapes(
  sides: Sides<Side>,
  idle: Comparison["minutes"][number] | undefined,
): Promise<Comparison["scrapes"]> {
  const { pods = 0, ...rates } = idle ?? { unitlet: 0, kubelet: 0 };
  const found: Comparison["scrapes"][number][] = [];
  for (const path of ["/metrics/resource", "/metrics/cadvisor", "/stats/summary"]) {
    say(`beside the kubelet: ${path}`);
    const measure = async (side: Side) => {
      await scrape(side, path, 1);
      const [start, before] = [performance.now(), side.account.total()];
      await scrape(side, path, SCRAPES);
      const rate = side === sides.unitlet ? rates.unitlet : rates.kubelet;
      return (side.account.total() - before - (rate * (performance.now() - start)) / 60_000) / SCRAPES;
    };
    found.push({ pods, path, ...(await each(sides, measure)) });
  }
  return found;
}

/** The probed server is a unit of its own in both machines; it uses the same in both, and counts. */
async function measureProbes(sides: Sides<Side>, idle: Comparison["minutes"][number] | undefined, seconds: number) {
  const serve = `mkdir -p ${PROBED}; echo ok >${PROBED}/index.html; systemd-run --quiet --unit=probed busybox httpd -f -p 7401 -h ${PROBED}`;
  await both(sides, ({ machine }) => machine.exec(serve));
  const found: Comparison["probes"][number][] = [];
  const { pods = 110, ...rates } = idle ?? { unitlet: 0, kubelet: 0 };
  for (const [kind, readinessProbe] of Object.entries(PROBES)) {
    say(`beside the kubelet: ${pods} pods with a probe: ${kind}`);
    const all = names(kind.toLowerCase(), pods);
    const wish: Wish = { probes: { readinessProbe } };
    await each(sides, (side) => createAll(side, all, wish));
    const { unitlet, kubelet } = await minuteOf(sides, seconds);
    found.push({ pods, kind, unitlet: unitlet - rates.unitlet, kubelet: kubelet - rates.kubelet });
    await both(sides, (side) => removeAll(side, all));
  }
  return found;
}

async function measureBurst(sides: Sides<Side>, network: "host" | "own", count: number) {
  say(`beside the kubelet: ${count} pods at once, network ${network}`);
  const all = names(`crowd-${network}`, count);
  const measure = async (side: Side): Promise<Burst> => {
    await sleep(5000);
    const before = side.account.total();
    const running = await createAll(side, all, { ownNetwork: network === "own" });
    await sleep(3000);
    const gone = await removeAll(side, all);
    await sleep(3000);
    return { running, gone, cpu: (side.account.total() - before) / count };
  };
  return { network, count, ...(await each(sides, measure)) };
}
