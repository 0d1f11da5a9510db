import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { podStateDir } from "../../model/paths.ts";
import { list } from "../files.ts";

/** The end of the name of a file with a termination message (model/paths.ts: messageFile). */
const MESSAGE = ".message";

/** The largest number of files with several names that one measurement remembers, to count each once. */
const MAX_LINKED = 100_000;

/** The files of one pod on the disk, in bytes of whole blocks. */
export interface PodDiskUsage {
  readonly inodes: number;
  /** By container: its writable layer, its /tmp and /var/tmp, and its termination message. */
  readonly containers: ReadonlyMap<string, number>;
  /** By emptyDir volume. */
  readonly volumes: ReadonlyMap<string, number>;
}

interface Tree {
  readonly of: "containers" | "volumes";
  readonly name: string;
  /** Relative to the pod's directory. No part of it is a name that a container chose. */
  readonly path: string;
}

/**
 * Measures the files of a pod below /var/lib/unitlet for at most `budgetMs`. What was found by then counts, so a pod cannot
 * hide its files behind a million empty ones. find(1) walks by descriptors, follows no link and enters no other file system.
 * It prints numbers only, and no name that a container chose.
 */
export async function measurePod(uid: string, budgetMs: number): Promise<PodDiskUsage> {
  const directory = podStateDir(uid);
  const trees = treesOf(directory);
  const usage = { containers: new Map<string, number>(), volumes: new Map<string, number>() };
  if (trees.length === 0 || budgetMs <= 0) return { inodes: 0, ...usage };
  const byPath = new Map(trees.map((tree) => [tree.path, tree]));
  const linked = new Set<string>();
  let inodes = 0;
  const count = (line: string) => {
    const [blocks, links, inode = "", type, path = ""] = line.split(" ");
    const tree = byPath.get(path);
    if (tree === undefined) return;
    if (links !== "1" && type !== "d") {
      if (linked.has(inode)) return;
      if (linked.size < MAX_LINKED) linked.add(inode);
    }
    inodes += 1;
    usage[tree.of].set(tree.name, (usage[tree.of].get(tree.name) ?? 0) + Number(blocks) * 512);
  };
  await printFiles(directory, [...byPath.keys()], budgetMs, count);
  return { inodes, ...usage };
}

function treesOf(directory: string): Tree[] {
  const below = (name: string, of: Tree["of"], rest = ""): Tree[] =>
    list(join(directory, name)).map((each) => ({ of, name: each, path: `${name}/${each}${rest}` }));
  const messages = list(directory)
    .filter((name) => name.endsWith(MESSAGE))
    .map((name): Tree => ({ of: "containers", name: name.slice(0, -MESSAGE.length), path: name }));
  return [
    ...below("volumes", "volumes"),
    ...below("roots", "containers", "/upper"),
    ...below("tmp", "containers"),
    ...messages,
  ];
}

/** Calls `count` with a line of numbers for each file, and ends after `budgetMs`. */
async function printFiles(
  directory: string,
  paths: readonly string[],
  budgetMs: number,
  count: (line: string) => void,
): Promise<void> {
  // In an overlay, files have another device than their directories. -xdev compares directories only.
  const args = ["-P", ...paths, "-xdev", "-printf", "%b %n %i %y %H\\n"];
  const child = spawn("find", args, { cwd: directory, stdio: ["ignore", "pipe", "ignore"] });
  let rest = "";
  child.stdout.setEncoding("latin1").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) count(line);
  });
  const budget = Promise.withResolvers<void>();
  const timer = setTimeout(budget.resolve, budgetMs);
  await Promise.race([once(child, "close").catch(() => undefined), budget.promise]);
  clearTimeout(timer);
  // Killed or not: where a container has mounted what does not answer over its emptyDir, the process sleeps in the kernel.
  child.kill("SIGKILL");
  child.stdout.destroy();
  child.unref();
}
