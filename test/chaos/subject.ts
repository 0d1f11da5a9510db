import type { V1Pod } from "@kubernetes/client-node";
import { ImageNode } from "../e2e/support/image-node.ts";
import { pod } from "../e2e/support/manifests.ts";
import type { Cluster } from "../support/cluster.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import type { Machine } from "../support/machine.ts";
import type { Node } from "../support/node.ts";
import { until } from "../support/until.ts";
import {
  compareFootprints,
  type Difference,
  FOOTPRINT_SCRIPT,
  type Footprint,
  parseFootprint,
  uidsOf,
} from "./footprint.ts";
import { allKinds, isSettled } from "./kinds.ts";

const STEADY_MS = 240_000;
/** The longest time that something may stay behind: a transient timer, a pending retry. */
const REST_MS = 180_000;
/** A node with a watch starts a run every ten seconds, and some more while the last states settle. */
const QUIET_MS = 20_000;
const RUNS_WHILE_QUIET = 6;

/** The node that is disturbed: its API server is behind a proxy, and the pods that it should have are known. */
export class Subject implements AsyncDisposable {
  readonly node: Node;
  readonly proxy: FaultProxy;
  /** The kind of each pod that should be there, by the pod's name. */
  readonly wanted = new Map<string, string>();
  readonly kinds: ReturnType<typeof allKinds>;

  private constructor(node: Node, proxy: FaultProxy, image: string) {
    this.node = node;
    this.proxy = proxy;
    this.kinds = allKinds(image);
  }

  static async start(cluster: Cluster, proxy: FaultProxy): Promise<Subject> {
    const images = await ImageNode.start("node-91", { cluster, proxy, settings: { watch: "yes" } });
    const { node } = images;
    const named = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });
    await node.apply(
      { ...named("ConfigMap", "map"), data: { a: "1" } },
      { ...named("Secret", "secret"), stringData: { a: "2" } },
    );
    return new Subject(node, proxy, await images.pushBusybox());
  }

  get machine(): Machine {
    return this.node.machine;
  }

  /** Creates pods. `pods` are pairs of a name and a kind. */
  async create(pods: readonly (readonly [name: string, kind: string])[]): Promise<void> {
    const manifests = pods.map(([name, kindName]) => {
      const { container, spec, annotations } = this.kinds[kindName] ?? this.#unknown(kindName);
      const made = pod(this.node, name, container, spec) as { metadata: object };
      return { ...made, metadata: { ...made.metadata, annotations } };
    });
    await this.node.apply(...manifests);
    for (const [name, kind] of pods) this.wanted.set(name, kind);
  }

  async remove(names: readonly string[], ...flags: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    for (const name of names) this.wanted.delete(name);
    await this.node.kubectl("delete", "pod", ...names, "--wait=false", "--ignore-not-found", ...flags);
  }

  /** Waits until nothing is missing and nothing too much, and the runs come to rest. */
  async settle({ lenient = false } = {}): Promise<void> {
    await this.waitForPods(lenient);
    await this.#checkQuiet();
  }

  /** Waits until the API server has exactly the wanted pods, each in its state, and the host nothing of any other. */
  async waitForPods(lenient = false): Promise<void> {
    const poll = async () => {
      const problems = await this.#problems(lenient);
      return [problems.length === 0, problems.slice(0, 10)] as const;
    };
    const what = "the pods that should be there, and no others";
    await until(poll, { what, timeout: STEADY_MS, every: 2000, diagnose: () => this.machine.recentLog() });
  }

  /** Removes all pods. Waits until the machine holds what it held before, and returns the difference. */
  async compareAtRest(before: Footprint): Promise<Difference> {
    await this.remove([...this.wanted.keys()]);
    await this.settle();
    let found = compareFootprints(before, await this.footprint());
    const poll = async () => {
      found = compareFootprints(before, await this.footprint());
      return found.left.length === 0;
    };
    await until(poll, { what: "nothing left", timeout: REST_MS, every: 5000 }).catch(() => undefined);
    return found;
  }

  async footprint(): Promise<Footprint> {
    return parseFootprint((await this.machine.exec(FOOTPRINT_SCRIPT)).stdout);
  }

  async pods(): Promise<readonly V1Pod[]> {
    return (JSON.parse(await this.node.kubectl("get", "pods", "-o", "json")) as { items: V1Pod[] }).items;
  }

  async #problems(lenient: boolean): Promise<string[]> {
    const pods = await this.pods();
    const byName = new Map(pods.map((each) => [each.metadata?.name ?? "", each]));
    const wrong = [...this.wanted].flatMap(([name, kind]) => {
      const found = byName.get(name);
      return isSettled(found, this.kinds[kind] ?? this.#unknown(kind), lenient)
        ? []
        : [`${name}: ${found === undefined ? "there is no object" : JSON.stringify(found.status)}`];
    });
    const extra = [...byName.keys()].filter((name) => !this.wanted.has(name));
    const uids = new Set(pods.map(({ metadata }) => metadata?.uid));
    const strange = [...uidsOf(await this.footprint())].filter((uid) => !uids.has(uid));
    return [...wrong, ...extra.map((name) => `${name} should be gone`), ...strange.map((uid) => `something of ${uid}`)];
  }

  /** Throws when runs follow each other though nothing changes, or when a run would still change something. */
  async #checkQuiet(): Promise<void> {
    const count = async () =>
      Object.values(JSON.parse(await this.machine.read("/run/unitlet/runs.json")).value.outcomes);
    const sum = (counts: unknown[]) => counts.reduce<number>((total, each) => total + Number(each), 0);
    const calm = async () => {
      const before = sum(await count());
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      const runs = sum(await count()) - before;
      return [runs <= RUNS_WHILE_QUIET, `${runs} runs in ${QUIET_MS / 1000} s`] as const;
    };
    await until(calm, { what: "runs to be rare", timeout: 90_000, diagnose: () => this.machine.recentLog() });
    const plan = async () => (await this.machine.exec("unitlet plan")).stdout;
    const isDone = async () => {
      const text = await plan();
      return [text === "Nothing to do.\n", text] as const;
    };
    await until(isDone, { what: "a plan without steps", timeout: 30_000, every: 1000 });
  }

  #unknown(kind: string): never {
    throw new Error(`there is no kind ${kind}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
  }
}
