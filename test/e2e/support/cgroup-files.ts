import type { Node } from "../../support/node.ts";

/** Returns memory.max of a cgroup in bytes. `group` is the property ControlGroup of a unit. Throws when there is no limit. */
export async function memoryLimit(node: Node, group: string): Promise<number> {
  return Number(await first(node, `${group}/memory.max`, `memory${group}/memory.limit_in_bytes`));
}

/** Returns the quota of a cgroup in CPUs. */
export async function cpuLimit(node: Node, group: string): Promise<number> {
  const [quota, period] = (
    await first(node, `${group}/cpu.max`, `cpu*${group}/cpu.cfs_quota_us cpu*${group}/cpu.cfs_period_us`)
  ).split(/\s+/);
  return Number(quota) / Number(period);
}

/** Returns cpu.weight of a cgroup of v2, or cpu.shares of v1. */
export async function cpuShare(node: Node, group: string): Promise<number> {
  return Number(await first(node, `${group}/cpu.weight`, `cpu*${group}/cpu.shares`));
}

/** Returns the microseconds of CPU that each of these cgroups has had. Beside v1 the hierarchy of v2 has them. */
export async function cpuTimes(node: Node, groups: readonly string[]): Promise<readonly number[]> {
  const one = (group: string) => `sed -n 's/^usage_usec //p' ./${group}/cpu.stat unified${group}/cpu.stat 2>/dev/null`;
  const { stdout } = await node.exec(`cd /sys/fs/cgroup; ${groups.map(one).join("; ")}; true`);
  return stdout.trim().split("\n").map(Number);
}

/** Returns pids.max of a cgroup. Throws when there is no limit. */
export async function taskLimit(node: Node, group: string): Promise<number> {
  return Number(await first(node, `${group}/pids.max`, `pids${group}/pids.max`));
}

/** Returns the text of a file of cgroup v2, or of those of v1. systemctl show would say what systemd intends. */
export async function first(node: Node, unified: string, old: string): Promise<string> {
  return (await node.exec(`cd /sys/fs/cgroup; cat ./${unified} 2>/dev/null || cat ${old}`)).stdout.trim();
}
