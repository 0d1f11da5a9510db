import type { V1PodList } from "@kubernetes/client-node";
import type { Cluster } from "../../support/cluster.ts";
import { until } from "../../support/until.ts";
import type { Admin } from "../admin.ts";
import { say } from "../progress.ts";
import { NAMESPACE } from "./targets.ts";

/** Requests at the same time. */
const WORKERS = 8;

/** The Nodes, leases and pods of nodes that have no host. */
export class SimulatedNodes {
  names: readonly string[] = [];
  readonly #admin: Admin;

  private constructor(admin: Admin) {
    this.#admin = admin;
  }

  static async prepare(cluster: Cluster, admin: Admin): Promise<SimulatedNodes> {
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
    const ready = () =>
      cluster.kubectl(["get", "-n", NAMESPACE, "serviceaccount/default", "configmap/kube-root-ca.crt"]);
    await until(ready, { what: "the default service account" });
    return new SimulatedNodes(admin);
  }

  async create(count: number): Promise<void> {
    say(`${count} simulated nodes`);
    this.names = Array.from({ length: count }, (_, at) => `sim-${at}`);
    await each(this.names, async (name) => {
      await this.#add("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name } });
      const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name } };
      await this.#add("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", lease);
    });
  }

  /** Adds so many pods to each node. Returns false when a control plane that was kept has them already. */
  async fill(perNode: number): Promise<boolean> {
    if ((await this.countPods()) >= this.names.length * perNode) return false;
    const pods = Array.from({ length: this.names.length * perNode }, (_, at) => at);
    say(`${pods.length} pods on them`);
    await each(pods, (at) =>
      this.#add(`/api/v1/namespaces/${NAMESPACE}/pods`, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `pod-${at}` },
        spec: {
          nodeName: this.names[at % this.names.length],
          containers: [{ name: "main", image: "registry.example/app:1" }],
        },
      }),
    );
    return true;
  }

  /** Returns how many pods the cluster has. */
  async countPods(): Promise<number> {
    const { items, metadata } = await this.#admin.call<V1PodList>("GET", "/api/v1/pods?limit=1");
    return items.length + (metadata?.remainingItemCount ?? 0);
  }

  /** A control plane that was kept has the object already. */
  async #add(path: string, body: object): Promise<void> {
    await this.#admin.call("POST", path, body).catch((error: Error) => {
      if (!error.message.includes("AlreadyExists")) throw error;
    });
  }
}

async function each<T>(items: readonly T[], call: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const work = async () => {
    for (const item of left) await call(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
}
