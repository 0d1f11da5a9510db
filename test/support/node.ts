import { cp, mkdir, rm } from "node:fs/promises";
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";
import { deleteKeptNode } from "./kept-node.ts";
import { Machine } from "./machine.ts";
import { retryOnce } from "./retries.ts";
import type { RunOptions, RunResult } from "./run.ts";
import { setTimerInterval } from "./timer-interval.ts";
import type { UntilOptions } from "./until.ts";

export interface NodeOptions {
  /** Another way to the API server, such as a FaultProxy; then with a bearer token, so the name is one of node-1 … node-99. */
  readonly proxy?: { urlFor(hostAddress: string): string };
  /** Keys of unitlet.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The interval of the timer that starts runs, such as `1s` or `1h`, instead of the delivered 5 s. */
  readonly timerInterval?: string;
  /** As for a machine. */
  readonly ownDisk?: boolean;
}

/** Milliseconds without what is waited for, on a busy computer. */
const TRIGGER_AFTER_MS = 8000;

type Truthy<T> = Exclude<T, false | "" | undefined>;

/** A machine with unitlet installed as users install it: by install.sh, from the bundles that globalSetup has built. */
export async function install(machine: Machine, options: readonly string[] = []): Promise<void> {
  const source = `${await machine.root()}/opt/unitlet`;
  await mkdir(source, { recursive: true });
  for (const part of ["install.sh", "units", "dist"]) await cp(part, `${source}/${part}`, { recursive: true });
  await cp(process.execPath, `${source}/dist/node`);
  await machine.exec(["/opt/unitlet/install.sh", "--from", "/opt/unitlet/dist", ...options]);
  await rm(source, { recursive: true });
}

/** A machine that has joined the control plane as a node, with a namespace for the pods of one test file. */
export class Node implements AsyncDisposable {
  readonly machine: Machine;
  readonly cluster: Cluster;
  readonly namespace: string;

  readonly #timerRuns: boolean;

  private constructor(machine: Machine, cluster: Cluster, namespace: string, timerRuns: boolean) {
    this.machine = machine;
    this.cluster = cluster;
    this.namespace = namespace;
    this.#timerRuns = timerRuns;
  }

  static async join(
    cluster: Cluster,
    name: string,
    { proxy, settings = {}, timerInterval, ownDisk }: NodeOptions = {},
  ): Promise<Node> {
    await deleteKeptNode(cluster, name);
    const [machine, namespace] = await Promise.all([
      Machine.boot(name, { net: "private", ...(ownDisk && { ownDisk }) }),
      cluster.namespace(name),
    ]);
    const server = proxy?.urlFor(machine.hostAddress) ?? cluster.urlFor(machine.hostAddress);
    await machine.write(
      "/root/kubeconfig",
      await cluster.nodeKubeconfig(name, { server, token: proxy !== undefined }),
      0o600,
    );
    if (timerInterval) await setTimerInterval(machine, timerInterval);
    const flags = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    await install(machine, ["--kubeconfig", "/root/kubeconfig", ...flags]);
    await cluster.kubectl(["wait", "--for=condition=Ready", `node/${name}`, "--timeout=60s"]);
    return new Node(machine, cluster, namespace, !timerInterval?.endsWith("h"));
  }

  get name(): string {
    return this.machine.name;
  }

  /** In this node's namespace. */
  kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl(["-n", this.namespace, ...args]);
  }

  apply(...manifests: object[]): Promise<void> {
    return this.cluster.apply(manifests, this.namespace);
  }

  /** Creates pods and has them looked after at once. */
  async run(...pods: object[]): Promise<void> {
    await this.apply(...pods);
    await this.sync();
  }

  /** Undefined when there is none. */
  get(name: string): Promise<V1Pod | undefined> {
    return this.cluster.get("pod", name, this.namespace);
  }

  /** A whole run that begins after this call. Throws when it fails twice, or with a bug (70) or a setting (78) as the reason. */
  async sync(options?: RunOptions): Promise<void> {
    // The first start joins a run that may be under way.
    const twice = "systemctl start unitlet-sync; systemctl start unitlet-sync";
    const run = () => this.machine.exec(twice, { timeout: 120_000, ...options });
    const isBusyHost = async () => {
      const { stdout } = await this.machine.exec("sleep 2; systemctl show -P ExecMainStatus unitlet-sync");
      return !["70\n", "78\n"].includes(stdout);
    };
    await retryOnce(`a run of ${this.name}`, run, isBusyHost).catch(async (cause: Error) => {
      throw new Error(`${cause.message}\n${await this.machine.recentLog()}`, { cause });
    });
  }

  /** A run that takes nothing for settled: as one that comes a minute later, at the latest. */
  async syncWithoutCache(options?: RunOptions): Promise<void> {
    await this.machine.exec("touch /etc/unitlet/unitlet.conf");
    await this.sync(options);
  }

  /** A whole run as one that comes a minute later: it reads again what pods refer to. */
  async syncWithExpiredReferences(): Promise<void> {
    await this.exec(`sed -i 's/"at":[0-9]*/"at":0/' /run/unitlet/references/*`);
    await this.syncWithoutCache();
  }

  /** Waits until a pod is as the probe wants it, which gets undefined when it is gone. Returns what the probe returns. */
  async until<T>(
    name: string,
    probe: (pod: V1Pod | undefined) => T,
    options: Partial<UntilOptions> = {},
  ): Promise<Truthy<T>> {
    let triggeredAt = performance.now();
    const poll = async (): Promise<[T | undefined, unknown]> => {
      // The next run reports what takes longer than a run waits, and the timer may start one only every hour.
      if (!this.#timerRuns && performance.now() - triggeredAt > TRIGGER_AFTER_MS) {
        await this.machine.exec("systemctl start unitlet-sync", { allowFailure: true });
        triggeredAt = performance.now();
      }
      const pod = await this.get(name);
      return [probe(pod) || undefined, pod?.status];
    };
    const [value] = await this.machine.until(poll, { what: `pod ${name}`, every: 200, ...options });
    return value as Truthy<T>;
  }

  /** The status of one container, once it is as the probe wants it. */
  container(pod: string, probe: (status: V1ContainerStatus) => unknown, name = "main"): Promise<V1ContainerStatus> {
    const find = (object: V1Pod | undefined) =>
      [...(object?.status?.initContainerStatuses ?? []), ...(object?.status?.containerStatuses ?? [])].find(
        (status) => status.name === name && probe(status),
      );
    return this.until(pod, find, { what: `container ${name} of pod ${pod}` });
  }

  unit(pod: string, container = "main"): string {
    return `unitlet.${this.namespace}.${pod}.${container}.service`;
  }

  /** What the container has written so far, also what a busy journald has still to take in. */
  async log(pod: string, container = "main"): Promise<string> {
    const read = 'journalctl --sync; exec journalctl --quiet --output=cat --unit="$1" _TRANSPORT=stdout';
    return (await this.machine.exec(["sh", "-c", read, "sh", this.unit(pod, container)])).stdout;
  }

  /** A property of a container's unit as systemd has it. */
  async show(pod: string, property: string): Promise<string> {
    return (
      await this.machine.exec(["systemctl", "show", "--value", "--property", property, this.unit(pod)])
    ).stdout.trim();
  }

  /** Tells one run of a container from the next. */
  invocation(pod: string): Promise<string> {
    return this.show(pod, "InvocationID");
  }

  /** What the agent had to tell since it was installed. */
  async journal(): Promise<string> {
    return (await this.machine.exec("journalctl --sync; journalctl --quiet --output=cat --unit=unitlet-sync")).stdout;
  }

  exec(command: string | readonly string[]): Promise<RunResult> {
    return this.machine.exec(command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}
