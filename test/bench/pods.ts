import type { V1Container, V1Pod, V1Volume } from "@kubernetes/client-node";
import { until } from "../support/until.ts";
import type { Admin } from "./admin.ts";

/** When something was seen, by pod name; times as of performance.now(). */
type Times = Map<string, number>;

/** What a pod has besides a program that does nothing. */
export interface Wish {
  readonly volume?: V1Volume;
  /** Instead of the host's files; it has such a program itself. */
  readonly image?: string;
  /** Not on the host's network. */
  readonly ownNetwork?: boolean;
  readonly probes?: Pick<V1Container, "readinessProbe" | "livenessProbe">;
}

/** The pods of the namespace under measurement, seen as every client sees them: through a watch. */
export class Pods implements Disposable {
  readonly #admin: Admin;
  readonly #path: string;
  readonly #node: string;
  readonly #created: Times = new Map();
  readonly #running: Times = new Map();
  readonly #gone: Times = new Map();
  #stop: () => void = () => undefined;

  private constructor(admin: Admin, namespace: string, node: string) {
    this.#admin = admin;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
    this.#node = node;
  }

  static async create(admin: Admin, namespace: string, node: string): Promise<Pods> {
    const pods = new Pods(admin, namespace, node);
    pods.#stop = await admin.watch(namespace, {
      list: (all, asked) => pods.#list(all, asked),
      event: (type, pod) => pods.#event(type, pod),
    });
    return pods;
  }

  #list(all: readonly V1Pod[], asked: number): void {
    for (const pod of all) this.#event("ADDED", pod);
    const there = new Set(all.map(({ metadata }) => metadata?.name));
    for (const [name, at] of this.#created) if (at < asked && !there.has(name)) note(this.#gone, name);
  }

  #event(type: string, { metadata, status }: V1Pod): void {
    const name = metadata?.name ?? "";
    if (type === "DELETED") note(this.#gone, name);
    else if (status?.phase === "Running") note(this.#running, name);
  }

  /** Returns the time of the acknowledgement. */
  async create(name: string, wish: Wish = {}): Promise<number> {
    await this.#admin.call("POST", this.#path, sleeper(name, this.#node, wish));
    return note(this.#created, name);
  }

  async remove(name: string): Promise<number> {
    await this.#admin.call("DELETE", `${this.#path}/${name}`);
    return performance.now();
  }

  /** Waits until the pod runs; returns when that was seen. */
  async running(name: string): Promise<number> {
    return await seen(this.#running, name, `pod ${name} to run`);
  }

  async gone(name: string): Promise<number> {
    return await seen(this.#gone, name, `pod ${name} to be gone`);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

/** The first time counts. */
function note(times: Times, name: string): number {
  const time = times.get(name) ?? performance.now();
  times.set(name, time);
  return time;
}

async function seen(times: Times, name: string, what: string): Promise<number> {
  await until(() => times.has(name), { what, every: 20, timeout: 180_000 });
  return times.get(name) ?? Number.NaN;
}

/** As in the measurements of the peers; bound to its node already, so that no scheduler takes part. */
function sleeper(name: string, nodeName: string, { volume, image, ownNetwork = false, probes = {} }: Wish): V1Pod {
  const program = image === undefined ? { image: "host", command: ["sleep", "infinity"] } : { image };
  const volumeMounts = volume === undefined ? [] : [{ name: volume.name, mountPath: "/run/v" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      nodeName,
      hostNetwork: !ownNetwork,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "main", ...program, ...probes, volumeMounts }],
      ...(volume ? { volumes: [volume] } : {}),
    },
  };
}

export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
}
