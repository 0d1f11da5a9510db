import { join } from "node:path";
import { exists, readOptional } from "../files.ts";

const ROOT = "/sys/fs/cgroup";

/** One of v1's hierarchies, each of which may be missing or joined with another; "" for the one tree of v2. */
export type Controller = "" | "cpu" | "cpuacct" | "memory" | "pids" | "blkio";

/** The kernel's cgroup file systems below `root`: v2's one tree, or v1's many with or without a v2 tree beside them. */
export class CgroupFiles {
  readonly isUnified: boolean;
  /** The tree that has a directory for every unit, whatever is accounted for. */
  readonly tree: string;
  readonly #root: string;
  readonly #mounts = new Map<Controller, string>();

  constructor(root = ROOT) {
    this.#root = root;
    this.isUnified = exists(join(root, "cgroup.controllers"));
    this.tree = this.isUnified ? root : join(root, exists(join(root, "unified")) ? "unified" : "systemd");
  }

  /** The text of a file of one cgroup; "" when it is not there. `path` is relative to the root of the tree. */
  text(controller: Controller, path: string, file: string): string {
    return read(join(this.#mount(controller), path, file));
  }

  /** The one number that a file holds; undefined also for "max". */
  counter(controller: Controller, path: string, file: string): number | undefined {
    const text = this.text(controller, path, file).trim();
    return /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  #mount(controller: Controller): string {
    const known = this.#mounts.get(controller);
    if (known !== undefined) return known;
    const found = this.#find(controller);
    this.#mounts.set(controller, found);
    return found;
  }

  #find(controller: Controller): string {
    if (controller === "") return this.tree;
    const joined = controller === "cpu" || controller === "cpuacct" ? ["cpu,cpuacct", "cpuacct,cpu"] : [];
    return join(this.#root, joined.find((each) => exists(join(this.#root, each))) ?? controller);
  }
}

/** A line `KEY NUMBER` of a file such as memory.stat. */
export function field(text: string, key: string): number | undefined {
  const value = new RegExp(`^${key} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** A cgroup may go while it is read: then reading its files fails in more ways than one. */
function read(path: string): string {
  try {
    return readOptional(path) ?? "";
  } catch {
    return "";
  }
}
