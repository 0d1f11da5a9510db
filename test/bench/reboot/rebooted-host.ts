import { dockerArchive } from "../../e2e/support/docker-archive.ts";
import { MANIFESTS } from "../../e2e/support/standalone.ts";
import { Machine } from "../../support/machine.ts";
import { install } from "../../support/node.ts";
import { busybox } from "../../support/registry.ts";
import { tar } from "../../support/tar.ts";
import { Account } from "../account.ts";
import { ADOPTED, cronJob, directory, IMAGE, LINES, PODS, SECRET } from "./directory.ts";

/** Seconds since the start of systemd, and CPU ms of the machine since then. */
export interface Boot {
  /** When the last container became active. */
  readonly active: number;
  /** When `unitlet get pods` had shown all pods as Ready. */
  readonly ready: number;
  /** When the Job of the missed time had ended. */
  readonly caughtUp: number;
  /** CPU time until `ready`, with that of the commands which ask for it. */
  readonly cpu: number;
}

/** What a boot is made after. */
export type End = "reboot" | "crash";

const NOW = "perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e 'printf \"%.3f\\n\", clock_gettime(CLOCK_MONOTONIC)'";
/** Each boot loses the routes before the network is up. */
const OFFLINE = `[Unit]
DefaultDependencies=no
Before=network-pre.target sysinit.target
[Service]
Type=oneshot
ExecStart=-/sbin/ip -4 route flush default
ExecStart=-/sbin/ip -6 route flush default
[Install]
WantedBy=sysinit.target
`;
const SERVICE = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";

/** A standalone host without a network, whose directory has one of each kind. */
export class RebootedHost implements AsyncDisposable {
  readonly #machine: Machine;
  #boots = 0;

  private constructor(machine: Machine) {
    this.#machine = machine;
  }

  static async start(name: string, podNetwork: "host" | "bridge"): Promise<RebootedHost> {
    const machine = await Machine.boot(name, { net: "private", ownDisk: true });
    await machine.write("/etc/systemd/system/bench-offline.service", OFFLINE);
    await machine.write(`/etc/systemd/system/${ADOPTED}`, SERVICE);
    await machine.exec(`systemctl daemon-reload; systemctl enable --quiet --now bench-offline.service ${ADOPTED}`);
    await install(machine, ["--pod-network", podNetwork]);
    const archive = dockerArchive(tar(await busybox()), { tags: [IMAGE] });
    await machine.write("/etc/unitlet/images/bench.tar", archive);
    await machine.write("/root/secret.yaml", JSON.stringify(SECRET), 0o600);
    await machine.exec(`unitlet seal --key host /root/secret.yaml >${MANIFESTS}/secret.yaml`);
    await machine.write(
      `${MANIFESTS}/all.yaml`,
      directory()
        .map((each) => JSON.stringify(each))
        .join("\n---\n"),
    );
    const host = new RebootedHost(machine);
    await host.#untilReady();
    await host.#untilLines("job", 1);
    return host;
  }

  /** Makes the host miss the time of a CronJob, and boots it. Throws when what came back is not what was there. */
  async boot(end: End): Promise<Boot> {
    await this.#missTime();
    await this.#machine[end]();
    this.#boots += 1;
    const account = await Account.open(this.#machine);
    const ready = await this.#untilReady();
    const cpu = account.total();
    const caughtUp = await this.#untilLines("cron", this.#boots);
    const [startedAt = 0, ...activeAt] = (await this.#output(TIMES)).trim().split(/\s+/).map(Number);
    if (activeAt.length !== PODS) throw new Error(`${activeAt.length} containers are active, and not ${PODS}`);
    await this.#check();
    const since = (seconds: number) => seconds - startedAt / 1e6;
    return { active: since(Math.max(...activeAt) / 1e6), ready: since(ready), caughtUp: since(caughtUp), cpu };
  }

  /** A CronJob of its own for each boot, which the host takes for years old. */
  async #missTime(): Promise<void> {
    const name = `missed-${this.#boots}`;
    await this.#machine.write(`${MANIFESTS}/cron.yaml`, JSON.stringify(cronJob(name)));
    const states = "/var/lib/unitlet/cronjobs";
    const isKnown = () => this.#machine.exec(`systemctl start unitlet-sync; grep -q '"${name}"' ${states}/*.json`);
    await this.#machine.until(async () => (await isKnown()).code === 0, { what: `the CronJob ${name}` });
    await this.#machine.exec("systemctl stop unitlet-sync.timer unitlet-sync.path && systemctl start unitlet-sync");
    await this.#machine.exec(`sed -i 's/"since":[0-9]*/"since":1577836800000/' ${states}/*.json`);
    await this.#machine.exec(
      `touch -d '2 years ago' /var/lib/systemd/timers/stamp-unitlet.default.${name}.timer; sync`,
    );
  }

  /** Returns the moment, in seconds of the monotonic clock. */
  async #untilReady(): Promise<number> {
    const look = async () => {
      const { stdout } = await this.#machine.exec(`unitlet get pods --no-headers && ${NOW}`);
      const lines = stdout.trim().split("\n");
      const ready = lines.filter((line) => /^\S+ +1\/1 +Running /.test(line));
      return [ready.length === PODS && Number(lines.at(-1)), stdout] as const;
    };
    const [at] = await this.#machine.until(look, { what: `${PODS} pods to be Ready`, every: 50 });
    return Number(at);
  }

  /** Waits until pods have added so many of these lines to the claim. */
  async #untilLines(line: string, count: number): Promise<number> {
    const look = async () => {
      const stdout = await this.#output(`grep -cx ${line} ${LINES}; ${NOW}`);
      const [found, at] = stdout.split("\n").map(Number);
      return [found === count && at, stdout] as const;
    };
    const [at] = await this.#machine.until(look, { what: `${count} lines "${line}"`, every: 50 });
    return Number(at);
  }

  /** Each Pod of the directory has started once more, the finished Job has not, and each missed time has had one Job. */
  async #check(): Promise<void> {
    const sets = [0, 1].map((at) => LINES.replace("/lines/lines", `/data-db-${at}/lines`));
    const found = await this.#output(`cat ${LINES} ${sets.join(" ")} | sort | uniq -c | tr -s ' \\n' ' '`);
    const starts = this.#boots + 1;
    const expected = `${this.#boots} cron 1 job ${starts} pod ${2 * starts} set`;
    if (found.trim() !== expected) throw new Error(`the pods have written "${found.trim()}", and not "${expected}"`);
    const { stdout } = await this.#machine.exec("ip route show default; ip -6 route show default");
    if (stdout !== "") throw new Error(`the host has a network: ${stdout}`);
  }

  async #output(command: string): Promise<string> {
    return (await this.#machine.exec(command, { allowFailure: true })).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
  }
}

/** The start of systemd, then when each container that runs became active: µs of the monotonic clock. */
const TIMES = `systemctl show -P UserspaceTimestampMonotonic
systemctl show -P ActiveEnterTimestampMonotonic ${ADOPTED} $(systemctl list-units --plain --no-legend --state=running 'unitlet.default.*.service' | cut -d ' ' -f 1 | grep -v '[.]missed-')`;
