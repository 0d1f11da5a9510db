import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { KubernetesObject } from "@kubernetes/client-node";

/** A computer that runs tests may stall for 30 s. */
const TIMEOUT_MS = 60_000;

/** Where the API server has the objects of a kind: the path of their group, and their plural. */
const RESOURCES: Readonly<Record<string, readonly [group: string, plural: string, isNamespaced?: false]>> = {
  configmap: ["/api/v1", "configmaps"],
  csr: ["/apis/certificates.k8s.io/v1", "certificatesigningrequests", false],
  deployment: ["/apis/apps/v1", "deployments"],
  lease: ["/apis/coordination.k8s.io/v1", "leases"],
  node: ["/api/v1", "nodes", false],
  pod: ["/api/v1", "pods"],
  secret: ["/api/v1", "secrets"],
};

export type ReadableKind = keyof typeof RESOURCES;

/**
 * Reads objects as the administrator of a cluster, on one connection. Tests that poll by kubectl need 100 ms of CPU for each look, which
 * made a sixth of the time of all tests.
 */
export class ApiReader {
  readonly #url: string;
  readonly #agent: Agent;

  /** `ca` is the path of the CA certificate. The certificate and the key of the administrator are beside it. */
  constructor(url: string, ca: string) {
    const file = (name: string) => readFileSync(join(dirname(ca), name));
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, ca: file("ca.crt"), cert: file("admin.crt"), key: file("admin.key") });
  }

  /** True for the kinds that it knows; kubectl reads the others. */
  static knows(kind: string): kind is ReadableKind {
    return Object.hasOwn(RESOURCES, kind);
  }

  /** Returns an object; undefined when there is none. Throws for all statuses but 200 and 404. */
  get(kind: ReadableKind, name: string, namespace: string): Promise<KubernetesObject | undefined> {
    return this.#read<KubernetesObject>(`${pathOf(kind, namespace)}/${encodeURIComponent(name)}`);
  }

  /** Returns all objects of a namespace. */
  async list<T extends KubernetesObject>(kind: ReadableKind, namespace: string): Promise<readonly T[]> {
    return (await this.#read<{ readonly items: readonly T[] }>(pathOf(kind, namespace)))?.items ?? [];
  }

  async #read<T>(path: string): Promise<T | undefined> {
    const { statusCode = 0, body } = await this.#request(path);
    if (statusCode === 404) return undefined;
    if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode} ${body}`);
    return JSON.parse(body) as T;
  }

  #request(path: string): Promise<{ statusCode: number | undefined; body: string }> {
    return new Promise((resolve, reject) => {
      const take = (response: IncomingMessage) =>
        text(response).then((body) => resolve({ statusCode: response.statusCode, body }), reject);
      const call = request(`${this.#url}${path}`, { agent: this.#agent, timeout: TIMEOUT_MS }, take);
      call.on("timeout", () => call.destroy(new Error(`GET ${path}: no response after ${TIMEOUT_MS} ms`)));
      call.on("error", (error: NodeJS.ErrnoException) => {
        // The API server was restarted, or has closed the idle connection meanwhile.
        if (call.reusedSocket && error.code === "ECONNRESET") resolve(this.#request(path));
        else reject(error);
      });
      call.end();
    });
  }
}

function pathOf(kind: ReadableKind, namespace: string): string {
  const [group, plural, isNamespaced = true] = RESOURCES[kind] as (typeof RESOURCES)[string];
  return `${group}/${isNamespaced ? `namespaces/${namespace}/` : ""}${plural}`;
}
