import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import type { V1Pod, V1PodList } from "@kubernetes/client-node";
import type { Cluster } from "../support/cluster.ts";
import { say } from "./progress.ts";

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; "certificate-authority-data": string } }];
  readonly users: readonly [{ user: { "client-certificate-data": string; "client-key-data": string } }];
}

export interface Watcher {
  /** `asked`: what was created before is in the list, or gone. */
  list(pods: readonly V1Pod[], asked: number): void;
  event(type: string, pod: V1Pod): void;
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

  static async connect(cluster: Cluster): Promise<Admin> {
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
    return JSON.parse(await this.text(path, method, body)) as T;
  }

  /** Returns the body of a response as it is. */
  async text(path: string, method = "GET", body?: object): Promise<string> {
    const response = await this.#open(method, path, this.#agent, body);
    const text = (await response.setEncoding("utf8").toArray()).join("");
    if ((response.statusCode ?? 0) >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return text;
  }

  /**
   * Calls back with the pods of a namespace, then for each event on them; and again from the beginning when the API server
   * ends the watch, as it does with a client that is too slow for it. Returns what ends it.
   */
  async watch(namespace: string, on: Watcher): Promise<() => void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    let current: IncomingMessage | undefined;
    let over = false;
    const begin = async () => {
      const asked = performance.now();
      const { items, metadata } = await this.call<V1PodList>("GET", path);
      on.list(items, asked);
      current = await this.#open("GET", `${path}?watch=1&resourceVersion=${metadata?.resourceVersion}`, new Agent());
      const response = current;
      const lines = createInterface(response).on("line", (line) => {
        // The last line of a broken watch may be half a line.
        if (line.endsWith("}")) on.event(...eventOf(line));
      });
      lines.on("error", () => undefined);
      response.on("close", () => over || again());
    };
    const again = () => {
      say("the API server ended the watch: figures of this moment are too high");
      begin().catch(() => setTimeout(again, 500));
    };
    await begin();
    return () => {
      over = true;
      current?.destroy();
    };
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

function eventOf(line: string): [string, V1Pod] {
  const { type, object } = JSON.parse(line) as { type: string; object: V1Pod };
  return [type, object];
}
