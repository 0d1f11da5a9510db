import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../support/cluster.ts";
import { FaultProxy, type RecordedRequest } from "../../support/fault-proxy.ts";
import { Node } from "../../support/node.ts";
import type { Admin } from "../admin.ts";
import { names, Pods } from "../pods.ts";
import { say } from "../progress.ts";
import { IS_IDLE } from "../subject.ts";
import { type Kind, kindOf } from "./kinds.ts";

/** What a quiet node sends and receives in a minute. */
export interface Traffic {
  readonly pods: number;
  readonly watch: boolean;
  /** The length of the measurement in seconds. */
  readonly seconds: number;
  readonly requests: Readonly<Partial<Record<Kind, number>>>;
  readonly connections: number;
  /** On the wire, with TLS, TCP and IP. */
  readonly received: number;
  readonly sent: number;
}

interface Counters {
  readonly received: number;
  readonly sent: number;
  readonly connections: number;
}

const SIZES = [0, 30, 110];
/** The proxy needs a token, and these nodes have one. */
const NODES = { timer: "node-97", watch: "node-98" } as const;
const COUNTERS = `awk 'NR > 2 && $1 != "lo:" { received += $2; sent += $10 }
END { print received, sent }' /proc/net/dev; awk '/^Tcp: [0-9]/ { print $6 }' /proc/net/snmp`;

/** Counts the requests of two quiet nodes at the same time: one with the timer alone, one with the watch. */
export async function measureTraffic(cluster: Cluster, admin: Admin, seconds: number): Promise<readonly Traffic[]> {
  const both = [false, true].map((watch) => measureNode({ cluster, admin, watch, seconds }));
  return (await Promise.all(both)).flat();
}

interface Input {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly watch: boolean;
  readonly seconds: number;
}

async function measureNode({ cluster, admin, watch, seconds }: Input): Promise<readonly Traffic[]> {
  await using proxy = await FaultProxy.start(cluster);
  const settings = { maxPods: "200", watch: watch ? "yes" : "no" };
  await using node = await Node.join(cluster, watch ? NODES.watch : NODES.timer, { proxy, settings });
  using pods = await Pods.create(admin, node.namespace, node.name);
  await approveCertificate(cluster);
  const measured: Traffic[] = [];
  let created = 0;
  for (const count of SIZES) {
    const added = names("quiet", count).slice(created);
    created = count;
    await Promise.all(added.map((name) => pods.create(name)));
    await Promise.all(added.map((name) => pods.running(name)));
    // Events that got lost on a busy computer would start a run at each tick for 10 minutes.
    const isQuiet = () => node.machine.exec(`rm -f /run/unitlet/refusals.json; ${IS_IDLE}`);
    await node.machine.until(isQuiet, { what: "a run that finds nothing to do" });
    say(`${count} pods, ${watch ? "watch" : "timer"}: requests of ${seconds} s`);
    measured.push({ pods: count, watch, seconds, ...(await countFor(node, proxy, seconds)) });
  }
  return measured;
}

/** A node that waits for its serving certificate asks for it once a minute. */
async function approveCertificate(cluster: Cluster): Promise<void> {
  const requests = (await cluster.kubectl(["get", "certificatesigningrequests", "-o", "name"])).split("\n");
  const names = requests.filter((name) => name !== "");
  if (names.length > 0) await cluster.kubectl(["certificate", "approve", ...names]);
}

async function countFor(
  node: Node,
  proxy: FaultProxy,
  seconds: number,
): Promise<Omit<Traffic, "pods" | "watch" | "seconds">> {
  const before = await counters(node);
  proxy.requests.length = 0;
  await sleep(seconds * 1000);
  const seen = [...proxy.requests];
  const after = await counters(node);
  const perMinute = (count: number) => (count * 60) / seconds;
  return {
    requests: byKind(seen, perMinute),
    connections: perMinute(after.connections - before.connections),
    received: perMinute(after.received - before.received),
    sent: perMinute(after.sent - before.sent),
  };
}

async function counters(node: Node): Promise<Counters> {
  const { stdout } = await node.exec(COUNTERS);
  const [received = Number.NaN, sent = Number.NaN, connections = Number.NaN] = stdout.trim().split(/\s+/).map(Number);
  return { received, sent, connections };
}

function byKind(
  requests: readonly RecordedRequest[],
  perMinute: (count: number) => number,
): Partial<Record<Kind, number>> {
  const counts: Partial<Record<Kind, number>> = {};
  for (const request of requests) {
    const kind = kindOf(request);
    counts[kind] = (counts[kind] ?? 0) + perMinute(1);
  }
  return counts;
}
