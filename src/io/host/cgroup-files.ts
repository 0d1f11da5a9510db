import { join } from "node:path";
import { exists, readOptional } from "../files.ts";

const ROOT = "/sys/fs/cgroup";

/** A hierarchy of cgroup v1, which may be missing or combined with another one; "" is the unified hierarchy of v2. */
export type Controller = "" | "cpu" | "cpuacct" | "memory" | "pids" | "blkio";

/** The cgroup file systems below `root`: v2, v1, or v1 with a v2 hierarchy beside it. */
export class CgroupFiles {
  readonly isUnified: boolean;
  /** The hierarchy that has a directory for every unit. */
  readonly tree: string;
  readonly #root: string;
  readonly #mounts = new Map<Controller, string>();

  constructor(root = ROOT) {
    this.#root = root;
    this.isUnified = exists(join(root, "cgroup.controllers"));
    this.tree = this.isUnified ? root : join(root, exists(join(root, "unified")) ? "unified" : "systemd");
  }

  /** Returns the path of a cgroup's directory. `path` is relative to the root of the hierarchy. */
  directory(controller: Controller, path: string): string {
    return join(this.#mount(controller), path);
  }

  /** Returns the text of a file of one cgroup; "" when there is none. `path` is relative to the root of the hierarchy. */
  text(controller: Controller, path: string, file: string): string {
    return read(join(this.directory(controller, path), file));
  }

  /** Returns the number in a file; undefined when there is none, and for "max". */
  counter(controller: Controller, path: string, file: string): number | undefined {
    const text = this.text(controller, path, file).trim();
    return /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  #mount(controller: Controller): string {
    const cached = this.#mounts.get(controller);
    if (cached !== undefined) return cached;
    const found = this.#find(controller);
    this.#mounts.set(controller, found);
    return found;
  }

  #find(controller: Controller): string {
    if (controller === "") return this.tree;
    const combined = controller === "cpu" || controller === "cpuacct" ? ["cpu,cpuacct", "cpuacct,cpu"] : [];
    return join(this.#root, combined.find((each) => exists(join(this.#root, each))) ?? controller);
  }
}

/** Returns the number of a line `KEY NUMBER`, as in memory.stat; undefined when there is no such line. */
export function field(text: string, key: string): number | undefined {
  const value = new RegExp(`^${key} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Returns the text of a file; "" after any error, because a cgroup may be removed while it is read. */
function read(path: string): string {
  try {
    return readOptional(path) ?? "";
  } catch {
    return "";
  }
}
