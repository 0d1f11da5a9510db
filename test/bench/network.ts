import { readFile } from "node:fs/promises";
import type { Cluster } from "../support/cluster.ts";
import type { Admin } from "./admin.ts";
import { KINDS } from "./idle.ts";
import { names } from "./pods.ts";
import { say } from "./progress.ts";
import { type Summary, summarise } from "./statistics.ts";
import { type Runs, Subject } from "./subject.ts";

/** The same for pods on the host's network, and for pods with networks of their own. */
interface Pair<T> {
  readonly host: T;
  readonly own: T;
}

export interface Network {
  /** Milliseconds from the acknowledged creation until a watching client sees phase Running. */
  readonly running: Pair<Summary>;
  /** One ADD of the chain that a pod without ports gets, with the programs that the plugins call: wall and CPU ms. */
  readonly plugins: Runs;
  /** Milliseconds of `pod-sandbox` in the sandboxes of `running`, with the plugins. */
  readonly sandbox: Summary;
  /** Seconds until the last one of so many pods at once is seen in phase Running. */
  readonly burst: Pair<number> & { readonly count: number };
  /** An idle run with so many pods: CPU ms. */
  readonly idle: Pair<Summary> & { readonly count: number };
}

const IDLE_PODS = 110;

/** On a machine of its own, with podNetwork = bridge and the watch. */
export async function measureNetwork(
  cluster: Cluster,
  admin: Admin,
  { times, runs, crowd }: { readonly times: number; readonly runs: number; readonly crowd: number },
): Promise<Network> {
  await using subject = await Subject.join(cluster, admin, "bench-net", { podNetwork: "bridge" });
  await subject.machine.write(
    "/opt/bench/network-chain.sh",
    await readFile(new URL("network-chain.sh", import.meta.url)),
  );
  say("network: the plugins alone");
  const chain = (how: string) => `sh /opt/bench/network-chain.sh ${how}`;
  const plugins = await subject.measure(["sh", "/opt/bench/network-chain.sh", "add"], runs, chain("prepare"));
  await subject.machine.exec(chain("del"));
  await subject.watch(true);
  await subject.start();
  const { running, sandbox } = await measureStarts(subject, times);
  const burst = {
    host: await measureCrowd(subject, true, crowd),
    own: await measureCrowd(subject, false, crowd),
    count: crowd,
  };
  const idle = {
    host: await measureIdleRun(subject, true, runs),
    own: await measureIdleRun(subject, false, runs),
    count: IDLE_PODS,
  };
  return { running, plugins, sandbox, burst, idle };
}

/** One pod after the other, in turn on the host's network and with a network of its own. */
async function measureStarts(subject: Subject, times: number): Promise<Pick<Network, "running" | "sandbox">> {
  say(`network: ${times} pods of each kind, one at a time`);
  await subject.syncUntilIdle();
  const took: Pair<number[]> = { host: [], own: [] };
  const sandboxes: number[] = [];
  for (const name of names("net", times)) {
    for (const kind of ["host", "own"] as const) {
      const pod = `${name}-${kind}`;
      const created = await subject.pods.create(pod, { ownNetwork: kind === "own" });
      took[kind].push((await subject.pods.running(pod)) - created);
      if (kind === "own") sandboxes.push(await sandboxTime(subject, pod));
      await remove(subject, [pod]);
    }
  }
  return { running: { host: summarise(took.host), own: summarise(took.own) }, sandbox: summarise(sandboxes) };
}

async function sandboxTime({ machine }: Subject, pod: string): Promise<number> {
  const show = `systemctl show -P ExecMainStartTimestampMonotonic -P ExecMainExitTimestampMonotonic 'unitlet-sandbox.*.${pod}.pod.service'`;
  const [start = Number.NaN, end = Number.NaN] = (await machine.exec(show)).stdout.trim().split("\n").map(Number);
  return (end - start) / 1000;
}

async function measureCrowd(subject: Subject, onHost: boolean, count: number): Promise<number> {
  say(`network: ${count} pods at once, ${onHost ? "on the host's network" : "with networks of their own"}`);
  await subject.syncUntilIdle();
  const all = names(onHost ? "crowd-host" : "crowd-own", count);
  const start = performance.now();
  await Promise.all(all.map((name) => subject.pods.create(name, { ownNetwork: !onHost })));
  const last = Math.max(...(await Promise.all(all.map((name) => subject.pods.running(name)))));
  await remove(subject, all);
  return (last - start) / 1000;
}

async function measureIdleRun(subject: Subject, onHost: boolean, times: number): Promise<Summary> {
  say(`network: idle runs with ${IDLE_PODS} pods ${onHost ? "on the host's network" : "with networks of their own"}`);
  const all = names(onHost ? "still-host" : "still-own", IDLE_PODS);
  await Promise.all(all.map((name) => subject.pods.create(name, { ownNetwork: !onHost })));
  await Promise.all(all.map((name) => subject.pods.running(name)));
  await subject.stop();
  await subject.syncUntilIdle();
  const command = await subject.command();
  await subject.measure(command, 1);
  const { cpu } = await subject.measure(command, times, KINDS.fastPath);
  await subject.start();
  await remove(subject, all);
  return cpu;
}

async function remove({ pods }: Subject, all: readonly string[]): Promise<void> {
  await Promise.all(all.map((name) => pods.remove(name)));
  await Promise.all(all.map((name) => pods.gone(name)));
}
