import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cluster } from "../../support/cluster.ts";

/** Ticks of the clock a second (`getconf CLK_TCK`). */
const TICKS = 100;

/** A process of the control plane. */
export class ControlPlaneProcess {
  readonly #pid: number;

  constructor(cluster: Cluster, name: "kube-apiserver" | "kube-controller-manager" | "etcd") {
    const record = readFileSync(join(dirname(dirname(cluster.ca)), "pid", name), "utf8");
    this.#pid = Number(record.split(" ")[0]);
  }

  /** The CPU time so far, in milliseconds. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.#pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
  }

  /** The memory in MiB. */
  memory(): number {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, "utf8"))?.[1];
    return Number(kilobytes) / 1024;
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    process.kill(this.#pid, signal);
  }
}
