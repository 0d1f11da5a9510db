import type { Node } from "../../support/node.ts";

/** Returns the CPUs of a machine and its memory in bytes. Its kernel may be its own. */
export async function hardware(node: Node): Promise<{ readonly cpus: number; readonly memory: number }> {
  const { stdout } = await node.exec("nproc; sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo");
  const [cpus = 0, kibibytes = 0] = stdout.split("\n").map(Number);
  return { cpus, memory: kibibytes * 1024 };
}
