import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../support/cluster.ts";
import type { Admin } from "../admin.ts";
import { say } from "../progress.ts";
import { ControlPlaneProcess } from "./api-server.ts";
import { measureLists, type OneList } from "./lists.ts";
import { SimulatedNodes } from "./simulated.ts";
import { AGENTS, type Agent, repeatedTargets, watchTargets } from "./targets.ts";
import { type Answers, Vegeta } from "./vegeta.ts";

/** What the control plane needs for so many quiet nodes. CPU is in milliseconds a second, memory in MiB. */
export interface Load {
  readonly agent: string;
  readonly nodes: number;
  readonly answers: Answers | undefined;
  readonly watches: number;
  readonly apiServer: number;
  readonly etcd: number;
  readonly memory: number;
}

export interface Scale {
  readonly loads: Load[];
  readonly lists: OneList[];
}

export interface ScalePlan {
  readonly nodes: readonly number[];
  readonly podsPerNode: number;
  readonly seconds: number;
}

const NOTHING: Agent = { name: "no node", fresh: [], kept: [], watches: [] };

/** Sends what so many quiet nodes send to the API server, and adds what it costs there. What was measured before a failure counts. */
export async function measureScale(
  { cluster, admin, plan }: { readonly cluster: Cluster; readonly admin: Admin; readonly plan: ScalePlan },
  measured: Scale,
): Promise<void> {
  await using vegeta = await Vegeta.start(cluster);
  const simulated = await SimulatedNodes.prepare(cluster, admin);
  const controllers = new ControlPlaneProcess(cluster, "kube-controller-manager");
  const bench = new LoadBench({ cluster, admin, vegeta, simulated, plan });
  await simulated.create(Math.max(...plan.nodes));
  // It would take nodes without a host for lost ones, and write their statuses and those of their pods.
  controllers.signal("SIGSTOP");
  try {
    measured.lists.push(...(await measureLists(cluster, vegeta, simulated)));
    if (await simulated.fill(plan.podsPerNode))
      measured.lists.push(...(await measureLists(cluster, vegeta, simulated)));
    for (const nodes of plan.nodes)
      for (const agent of [NOTHING, ...AGENTS]) measured.loads.push(await bench.load(agent, nodes));
  } finally {
    controllers.signal("SIGCONT");
  }
}

interface Parts {
  readonly cluster: Cluster;
  readonly admin: Admin;
  readonly vegeta: Vegeta;
  readonly simulated: SimulatedNodes;
  readonly plan: ScalePlan;
}

class LoadBench {
  readonly #parts: Parts;
  readonly #apiServer: ControlPlaneProcess;
  readonly #etcd: ControlPlaneProcess;
  #renewals = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#apiServer = new ControlPlaneProcess(parts.cluster, "kube-apiserver");
    this.#etcd = new ControlPlaneProcess(parts.cluster, "etcd");
  }

  async load(agent: Agent, nodes: number): Promise<Load> {
    const { vegeta, simulated, plan } = this.#parts;
    const some = simulated.names.slice(0, nodes);
    say(`${nodes} nodes: ${agent.name}`);
    const watches = await this.#open(agent, some);
    const [apiServer, etcd] = [this.#apiServer.cpu(), this.#etcd.cpu()];
    const answers = await this.#send(agent, some);
    const used = { apiServer: this.#apiServer.cpu() - apiServer, etcd: this.#etcd.cpu() - etcd };
    const memory = this.#apiServer.memory();
    await vegeta.release();
    if (watches > 0) await sleep(Math.min(10, plan.seconds) * 1000);
    return {
      ...{ agent: agent.name, nodes, answers, watches, memory },
      // A busy computer takes longer for the same requests.
      apiServer: used.apiServer / plan.seconds,
      etcd: used.etcd / plan.seconds,
    };
  }

  /** Opens the watches of all nodes and returns how many there are. */
  async #open({ watches }: Agent, nodes: readonly string[]): Promise<number> {
    const { vegeta, cluster } = this.#parts;
    const wanted = watches.length * nodes.length;
    if (wanted === 0) return 0;
    const before = await this.#watches();
    for (const alone of [true, false]) {
      const some = watches.filter((watch) => watch.alone === alone);
      await vegeta.hold(watchTargets(cluster.url, nodes, some), !alone);
    }
    // Some fail on a busy computer, and watches of the control plane come and go. The table has the number that are open.
    for (let left = 30; left > 0 && (await this.#watches()) - before < wanted; left -= 1) await sleep(1000);
    return (await this.#watches()) - before;
  }

  async #watches(): Promise<number> {
    const metrics = await this.#parts.admin.text("/metrics");
    const open = metrics.matchAll(/^apiserver_longrunning_requests\{.*verb="WATCH".*\} (\d+)$/gm);
    return [...open].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Sends the requests of the time of a measurement, and waits for its end. */
  async #send({ fresh, kept }: Agent, nodes: readonly string[]): Promise<Answers | undefined> {
    const { vegeta, plan, cluster } = this.#parts;
    const { seconds } = plan;
    const attack = (isFresh: boolean) => {
      const targets = repeatedTargets(cluster.url, nodes, {
        requests: isFresh ? fresh : kept,
        seconds,
        from: this.#renewals,
      });
      this.#renewals += targets.length;
      return targets.length === 0
        ? undefined
        : vegeta.attack({ targets, seconds, fresh: isFresh, http2: !fresh.length });
    };
    const [first, second] = await Promise.all([attack(true), attack(false), sleep(seconds * 1000)]);
    return first === undefined || second === undefined ? (first ?? second) : together(first, second);
  }
}

/** The worse one of each. */
function together(a: Answers, b: Answers): Answers {
  return {
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    median: Math.max(a.median, b.median),
    p99: Math.max(a.p99, b.p99),
  };
}
