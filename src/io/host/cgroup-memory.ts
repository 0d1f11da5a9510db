import type { Host } from "../../model/host/host.ts";
import { CgroupFiles, field } from "./cgroup-files.ts";

/** The slice of all pods, which exists while there are pods. */
const PODS = "unitlet.slice";
/** A limit of v1 from this value (bytes) on means "no limit". */
const NO_LIMIT_BYTES = 2 ** 62;

/** Where the kernel has the memory that a cgroup uses. */
export interface MemoryFiles {
  readonly directory: string;
  /** The file with the usage in bytes. */
  readonly usage: string;
  /** The line of `memory.stat` about inactive file pages. */
  readonly inactive: string;
}

/** Returns the files with the memory of all pods. `run-needed` takes the working set from them as workingSet does. */
export function podsMemoryFiles(files = new CgroupFiles()): MemoryFiles {
  return files.isUnified
    ? { directory: files.directory("", PODS), usage: "memory.current", inactive: "inactive_file" }
    : { directory: files.directory("memory", PODS), usage: "memory.usage_in_bytes", inactive: "total_inactive_file" };
}

/** Returns the limit that the kernel has for all pods, and their working set; undefined without pods or without a limit. */
export function readPodsMemory(files = new CgroupFiles()): Host["podsMemory"] {
  const limit = memoryLimit(files, PODS) ?? Number.POSITIVE_INFINITY;
  const { current, stat } = memoryUse(files, PODS);
  if (limit === Number.POSITIVE_INFINITY || current === undefined) return undefined;
  return { limit, workingSet: workingSet(current, stat) };
}

/** Returns the usage of a cgroup in bytes, and the text of its `memory.stat`. */
export function memoryUse(files: CgroupFiles, path: string) {
  const [controller, file] = files.isUnified
    ? (["", "memory.current"] as const)
    : (["memory", "memory.usage_in_bytes"] as const);
  return { current: files.counter(controller, path, file), stat: files.text(controller, path, "memory.stat") };
}

/**
 * Returns the working set in bytes: the usage without inactive file pages, which the kernel can reclaim at once (cAdvisor's
 * `handler.go: setMemoryStats`, v0.56).
 */
export function workingSet(current: number, stat: string): number {
  const inactive = field(stat, "total_inactive_file") ?? field(stat, "inactive_file") ?? 0;
  return Math.max(0, current - inactive);
}

/** Returns the limit of a cgroup in bytes; Infinity without a limit, and undefined without the controller. */
export function memoryLimit(files: CgroupFiles, path: string): number | undefined {
  if (files.isUnified) {
    const isUnlimited = files.text("", path, "memory.max").trim() === "max";
    return isUnlimited ? Number.POSITIVE_INFINITY : files.counter("", path, "memory.max");
  }
  const limit = files.counter("memory", path, "memory.limit_in_bytes");
  return limit !== undefined && limit >= NO_LIMIT_BYTES ? Number.POSITIVE_INFINITY : limit;
}
