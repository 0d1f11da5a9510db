import { type CgroupFiles, field } from "./cgroup-files.ts";

/**
 * Returns how often the kernel has killed in the cgroup of a container. With memory.oom.group it kills all processes at once, and
 * counts each of them.
 */
export function readOomKills(files: CgroupFiles, path: string): number | undefined {
  if (!files.isUnified) return field(files.text("memory", path, "memory.oom_control"), "oom_kill");
  const killed = field(files.text("", path, "memory.events"), "oom_kill");
  return killed !== undefined && files.counter("", path, "memory.oom.group") === 1 ? Math.min(1, killed) : killed;
}

/**
 * Returns how often the kernel has killed because the slice of a pod was at its own limit. On v2 the slice also counts what was
 * killed in its containers at their limits, but not in the file of its local events. On v1 a cgroup counts its own processes.
 */
export function readPodOoms(files: CgroupFiles, path: string): number {
  if (!files.isUnified) return field(files.text("memory", path, "memory.oom_control"), "oom_kill") ?? 0;
  return field(files.text("", path, "memory.events.local"), "oom") ?? 0;
}
