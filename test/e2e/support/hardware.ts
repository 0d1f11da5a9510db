import type { Node } from "../../support/node.ts";

interface Hardware {
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  /** How many threads the kernel allows. */
  readonly tasks: number;
}

/** Returns what a machine has. Its kernel may be its own. */
export async function hardware(node: Node): Promise<Hardware> {
  const { stdout } = await node.exec(`nproc; sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo
    cat /proc/sys/kernel/pid_max /proc/sys/kernel/threads-max`);
  const [cpus = 0, kibibytes = 0, pids = 0, threads = 0] = stdout.split("\n").map(Number);
  return { cpus, memory: kibibytes * 1024, tasks: Math.min(pids, threads) };
}
