import { readFile } from "node:fs/promises";
import type { Cluster } from "../support/cluster.ts";
import type { Machine } from "../support/machine.ts";
import { Node } from "../support/node.ts";
import { until } from "../support/until.ts";
import { Account } from "./account.ts";
import type { Admin } from "./admin.ts";
import { names, Pods } from "./pods.ts";
import { type Summary, summarise } from "./statistics.ts";

const TOOLS = "/opt/bench";
const FAST_PATH = "/run/unitlet/fast-path.json";
const MARKS = "/run/unitlet/unchanged";
/** Succeeds when the last run has found nothing to do. */
export const IS_IDLE = `test -e ${FAST_PATH} -a -e ${MARKS}`;
const AGENT = "unitlet-sync.timer unitlet-sync.path unitlet-watch.service";

export interface Runs {
  readonly cpu: Summary;
  readonly wall: Summary;
  readonly peak: Summary;
  /** On the wire, in bytes. */
  readonly received: Summary;
  readonly sent: Summary;
  /** Each, in the order of the runs: CPU ms. */
  readonly each: readonly number[];
}

/** The node that is measured: a machine on which install.sh has put unitlet, as it does on any. */
export class Subject implements AsyncDisposable {
  readonly machine: Machine;
  readonly account: Account;
  readonly pods: Pods;
  readonly #node: Node;
  #created = 0;

  private constructor(node: Node, account: Account, pods: Pods) {
    this.#node = node;
    this.machine = node.machine;
    this.account = account;
    this.pods = pods;
  }

  static async join(
    cluster: Cluster,
    admin: Admin,
    name = "bench",
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Subject> {
    const node = await Node.join(cluster, name, { settings: { maxPods: "600", ...settings } });
    for (const tool of ["measure.pl", "count-requests.cjs"])
      await node.machine.write(`${TOOLS}/${tool}`, await readFile(new URL(tool, import.meta.url)));
    const pods = await Pods.create(admin, node.namespace, node.name);
    return new Subject(node, await Account.open(node.machine), pods);
  }

  /** Brings the node to so many pods that do nothing. */
  async grow(count: number): Promise<void> {
    const added = names("idle", count).slice(this.#created);
    this.#created = Math.max(count, this.#created);
    await this.start();
    await Promise.all(added.map((name) => this.pods.create(name)));
    await Promise.all(added.map((name) => this.pods.running(name)));
  }

  /** A ConfigMap and a Secret for pods to mount. */
  async provide(name: string): Promise<void> {
    const data = { key: "value" };
    await this.#node.apply(
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data },
      { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: data },
    );
  }

  async watch(on: boolean): Promise<void> {
    await this.machine.write("/etc/unitlet/unitlet.conf.d/bench.conf", `watch = ${on ? "yes" : "no"}\n`);
    await this.#node.sync();
    const state = on ? "active" : "inactive";
    const probe = `[ "$(systemctl show --property=ActiveState --value unitlet-watch)" = ${state} ]`;
    await this.machine.until(() => this.machine.exec(probe), { what: `the watch to be ${state}` });
  }

  async start(): Promise<void> {
    await this.machine.exec("systemctl start unitlet-sync.timer unitlet-sync.path");
  }

  /** From here on nothing runs by itself. */
  async stop(): Promise<void> {
    await this.machine.exec(`systemctl stop ${AGENT} && systemctl start unitlet-sync`);
  }

  sync(): Promise<void> {
    return this.#node.sync();
  }

  /** Runs until there is nothing left to do. */
  async syncUntilIdle(): Promise<void> {
    const probe = async () => {
      await this.sync();
      return (await this.machine.exec(IS_IDLE, { allowFailure: true })).code === 0;
    };
    await until(probe, { what: "a run that finds nothing to do", timeout: 60_000 });
  }

  /** Runs a command so many times in the environment of a run, `before` (a shell script) ahead of each. */
  async measure(command: readonly string[], times: number, before = ""): Promise<Runs> {
    const environment = await this.#environment();
    const words = ["perl", `${TOOLS}/measure.pl`, String(times), before, ...environment, ...command];
    const { stdout } = await this.machine.exec(words, { timeout: 120_000 });
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ").map(Number));
    const column = (at: number, unit: number) => rows.map((row) => (row[at] ?? Number.NaN) / unit);
    return {
      wall: summarise(column(0, 1000)),
      cpu: summarise(column(1, 1000)),
      peak: summarise(column(2, 1024)),
      received: summarise(column(3, 1)),
      sent: summarise(column(4, 1)),
      each: column(1, 1000),
    };
  }

  /** How many requests one run sends. */
  async requests(command: readonly string[], before: string): Promise<number> {
    const [node = "", ...rest] = command;
    const hooked = [node, "--require", `${TOOLS}/count-requests.cjs`, ...rest];
    const script = `${before}; exec env -i "$@"`;
    const environment = await this.#environment();
    const { stderr } = await this.machine.exec(["sh", "-c", script, "sh", ...environment, ...hooked]);
    const count = /^requests (\d+)$/m.exec(stderr)?.[1];
    if (count === undefined) throw new Error(`the run did not say how many requests it sent: ${stderr}`);
    return Number(count);
  }

  /** The command line of the service that a run is. */
  async command(): Promise<readonly string[]> {
    const { stdout } = await this.machine.exec("systemctl show --property=ExecStart --value unitlet-sync.service");
    const words = /argv\[\]=(.*?) ;/.exec(stdout)?.[1]?.split(" ");
    if (words === undefined) throw new Error(`unitlet-sync.service has no command: ${stdout}`);
    return words;
  }

  async #environment(): Promise<readonly string[]> {
    const { stdout } = await this.machine.exec("systemctl show --property=Environment --value unitlet-sync.service");
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    return [path, "CACHE_DIRECTORY=/var/cache/unitlet", ...stdout.trim().split(" ").filter(Boolean)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pods[Symbol.dispose]();
    await this.#node[Symbol.asyncDispose]();
  }
}
