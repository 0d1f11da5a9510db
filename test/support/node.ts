import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";
import { deleteKeptNode } from "./kept-node.ts";
import { Machine } from "./machine.ts";
import type { NodeOptions } from "./node-options.ts";
import { OPEN_POLICY } from "./open-policy.ts";
import { putClone } from "./put-files.ts";
import { retry } from "./retries.ts";
import type { RunOptions, RunResult } from "./run.ts";
import { setTimerInterval } from "./timer-interval.ts";
import type { UntilOptions } from "./until.ts";

/** The milliseconds after which `until` starts another run. */
const TRIGGER_AFTER_MS = 8000;

type Truthy<T> = Exclude<T, false | "" | undefined>;

/** Installs unitlet in a machine as users do: by install.sh, from the bundles that globalSetup has built. */
export async function install(machine: Machine, options: readonly string[] = []): Promise<RunResult> {
  await putClone(machine, "/opt/unitlet");
  const command = ["/opt/unitlet/install.sh", "--from", "/opt/unitlet/dist", ...options];
  const result = await machine.exec(command, { timeout: 120_000 });
  await machine.exec(["rm", "-r", "/opt/unitlet"]);
  return result;
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
    { proxy, strictPolicy, settings = {}, timerInterval, ownDisk, lan }: NodeOptions = {},
  ): Promise<Node> {
    await deleteKeptNode(cluster, name);
    const [machine, namespace] = await Promise.all([
      Machine.boot(name, { net: "private", ...(ownDisk && { ownDisk }), ...(lan && { lan }) }),
      cluster.namespace(name),
    ]);
    const server = proxy?.urlFor(machine.hostAddress) ?? cluster.urlFor(machine.hostAddress);
    await machine.write(
      "/root/kubeconfig",
      await cluster.nodeKubeconfig(name, { server, token: proxy !== undefined }),
      0o600,
    );
    if (timerInterval) await setTimerInterval(machine, timerInterval);
    const given = { podNetwork: "host", ...(strictPolicy ? {} : OPEN_POLICY), ...settings };
    const flags = Object.entries(given).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    await install(machine, ["--kubeconfig", "/root/kubeconfig", ...flags]);
    // Until the network add-on of the cluster runs, such a node is not ready.
    const isReady = given.podNetwork !== "cni";
    // On a stalled host the first run may not have created the Node, and kubectl waits for no object that is not there.
    const wait = ["wait", `--for=condition=Ready=${isReady}`, `node/${name}`, "--timeout=30s"];
    await machine.until(() => cluster.kubectl(wait).then(() => true), { what: `node ${name}` });
    return new Node(machine, cluster, namespace, !timerInterval?.endsWith("h"));
  }

  get name(): string {
    return this.machine.name;
  }

  /** Calls kubectl in the namespace of this node. */
  kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl(["-n", this.namespace, ...args]);
  }

  apply(...manifests: object[]): Promise<void> {
    return this.cluster.apply(manifests, this.namespace);
  }

  /** Creates pods and requests a run. */
  async run(...pods: object[]): Promise<void> {
    await this.apply(...pods);
    await this.sync();
  }

  /** Returns a pod; undefined when there is none. */
  get(name: string): Promise<V1Pod | undefined> {
    return this.cluster.get("pod", name, this.namespace);
  }

  /**
   * Waits for a run that begins after this call. Throws when it fails twice, or with the exit status 70 (bug) or 78
   * (setting).
   */
  async sync(options?: RunOptions): Promise<void> {
    // A start joins a run that has begun before. It does so as well when that run ends between the two commands.
    const start =
      '[ "$(systemctl show -P ActiveState unitlet-sync)" = inactive ] || systemctl start unitlet-sync; systemctl start unitlet-sync';
    const run = () => this.machine.exec(start, { timeout: 120_000, ...options });
    const isBusyHost = async () => {
      const { stdout } = await this.machine.exec("sleep 2; systemctl show -P ExecMainStatus unitlet-sync");
      return !["70\n", "78\n"].includes(stdout);
    };
    await retry(`a run of ${this.name}`, run, isBusyHost).catch(async (cause: Error) => {
      throw new Error(`${cause.message}\n${await this.machine.recentLog()}`, { cause });
    });
  }

  /** Waits for a run without the fast path, like one that begins a minute later. */
  async syncWithoutCache(options?: RunOptions): Promise<void> {
    await this.machine.exec("touch /etc/unitlet/unitlet.conf");
    await this.sync(options);
  }

  /** Waits for a run without stored references, like one that begins a minute later. It fetches all referred objects. */
  async syncWithExpiredReferences(): Promise<void> {
    // A run may replace one of the files meanwhile, which makes sed fail.
    await this.exec(`until sed -i 's/"at":[0-9]*/"at":0/' /run/unitlet/references/*; do sleep 0.1; done`);
    await this.syncWithoutCache();
  }

  /** Waits until `probe` returns a true value for a pod, and returns that value. A deleted pod is undefined. */
  async until<T>(
    name: string,
    probe: (pod: V1Pod | undefined) => T,
    options: Partial<UntilOptions> = {},
  ): Promise<Truthy<T>> {
    let triggeredAt = performance.now();
    const poll = async (): Promise<[T | undefined, unknown]> => {
      // A run reports only what it has waited for, and the timer may start the next one an hour later.
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

  /** Waits until `probe` returns a true value for the status of a container, and returns the status. */
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

  /** Returns all output of a container so far, including lines that journald had not stored yet. */
  async log(pod: string, container = "main"): Promise<string> {
    const read =
      'journalctl --namespace="$1" --sync; exec journalctl --namespace="$1" --quiet --output=cat --unit="$2" _TRANSPORT=stdout';
    const words = ["sh", "-c", read, "sh", `unitlet.${this.namespace}`, this.unit(pod, container)];
    return (await this.machine.exec(words)).stdout;
  }

  /** Returns a property of a container's unit, as `systemctl show` prints it. */
  async show(pod: string, property: string): Promise<string> {
    return (
      await this.machine.exec(["systemctl", "show", "--value", "--property", property, this.unit(pod)])
    ).stdout.trim();
  }

  /** Returns the invocation ID of a container, which differs at each start. */
  invocation(pod: string): Promise<string> {
    return this.show(pod, "InvocationID");
  }

  /** Returns the messages of all runs since the installation. */
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
