import { type CgroupFiles, field } from "./cgroup-files.ts";

/**
 * Returns how often the kernel has killed because the slice of a pod was at its own limit. On v2 the slice also counts what was
 * killed in its containers at their limits, but not in the file of its local events. On v1 a cgroup counts its own processes.
 */
export function readPodOoms(files: CgroupFiles, path: string): number {
  if (!files.isUnified) return field(files.text("memory", path, "memory.oom_control"), "oom_kill") ?? 0;
  return field(files.text("", path, "memory.events.local"), "oom") ?? 0;
}
