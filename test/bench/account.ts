import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Machine } from "../support/machine.ts";
import { run } from "../support/run.ts";

const script = fileURLToPath(new URL("../machine/machine.sh", import.meta.url));
const library = fileURLToPath(new URL("../machine/cgroup.sh", import.meta.url));

/** What a machine has used of the processors so far, in milliseconds of CPU time. */
export class Account {
  readonly #machine: Machine;
  readonly #cgroup: string;
  readonly #bus: string;

  private constructor(machine: Machine, cgroup: string, bus: string) {
    this.#machine = machine;
    this.#cgroup = cgroup;
    this.#bus = bus;
  }

  static async open(machine: Machine): Promise<Account> {
    const { stdout: leader } = await run([script, "leader", machine.name]);
    const state = basename(process.env.UNITLET_TEST_STATE ?? "/run/unitlet-test");
    const list = `state=$1; . "$2"; cgroups_of "$3"`;
    const { stdout: paths } = await run(["sh", "-c", list, "sh", state, library, leader.trim()]);
    const counters = paths
      .trim()
      .split("\n")
      // PID 1 may sit in a cgroup of its own below the machine's.
      .map((path) => path.replace(/(\/payload)?(\/init\.scope)?$/, ""))
      .flatMap((path) => [`${path}/cpuacct.usage`, `${path}/cpu.stat`]);
    const counter = counters.find((path) => cpuOf(path) !== undefined);
    if (counter === undefined)
      throw new Error(`no cgroup counts the CPU time of ${machine.name}: ${counters.join(" ")}`);
    const bus = await machine.exec("systemctl show --property=MainPID --value dbus.service");
    return new Account(machine, counter, bus.stdout.trim());
  }

  /** All processes of the machine together. Read from outside: that costs the machine nothing. */
  total(): number {
    return cpuOf(this.#cgroup) ?? 0;
  }

  /** PID 1 and the D-Bus daemon. */
  async managers(): Promise<{ readonly systemd: number; readonly bus: number }> {
    const { stdout } = await this.#machine.exec(["cat", "/proc/1/schedstat", `/proc/${this.#bus}/schedstat`]);
    const [systemd = 0, bus = 0] = stdout.split("\n").map((line) => Number(line.split(" ")[0]) / 1e6);
    return { systemd, bus };
  }
}

function cpuOf(counter: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(counter, "utf8");
  } catch {
    return undefined;
  }
  if (counter.endsWith("cpuacct.usage")) return Number(text) / 1e6;
  const usage = /^usage_usec (\d+)$/m.exec(text)?.[1];
  return usage === undefined ? undefined : Number(usage) / 1e3;
}
