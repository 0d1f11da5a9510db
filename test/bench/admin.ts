import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../support/cluster.ts";

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; "certificate-authority-data": string } }];
  readonly users: readonly [{ user: { "client-certificate-data": string; "client-key-data": string } }];
}

/** The administrator, on connections that stay open: starting kubectl takes longer than what is measured. */
export class Admin {
  readonly #server: string;
  readonly #identity: object;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  private constructor(server: string, identity: object) {
    this.#server = server;
    this.#identity = identity;
  }

  static async of(cluster: Cluster): Promise<Admin> {
    const { clusters, users } = JSON.parse(
      await cluster.kubectl(["config", "view", "--raw", "-o", "json"]),
    ) as Kubeconfig;
    const decode = (text: string) => Buffer.from(text, "base64");
    const { user } = users[0];
    return new Admin(clusters[0].cluster.server, {
      ca: decode(clusters[0].cluster["certificate-authority-data"]),
      cert: decode(user["client-certificate-data"]),
      key: decode(user["client-key-data"]),
    });
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#open(method, path, this.#agent, body);
    const text = (await response.setEncoding("utf8").toArray()).join("");
    if ((response.statusCode ?? 0) >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Calls back for each event on the pods of a namespace, from now on; returns what ends it. */
  async watch(namespace: string, onEvent: (type: string, pod: V1Pod) => void): Promise<() => void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { metadata } = await this.call<{ metadata: { resourceVersion: string } }>("GET", `${path}?limit=1`);
    const watch = `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`;
    const response = await this.#open("GET", watch, new Agent());
    createInterface(response).on("line", (line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: V1Pod };
      onEvent(type, object);
    });
    response.on("error", () => undefined);
    return () => response.destroy();
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(method: string, path: string, agent: Agent, body?: object): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const call = request(`${this.#server}${path}`, { ...this.#identity, method, agent, headers }, resolve);
      call.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
