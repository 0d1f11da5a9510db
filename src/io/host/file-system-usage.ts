import { execFile } from "node:child_process";

/** The size and the use of a file system, in bytes and inodes. */
export interface FileSystemUsage {
  readonly capacity: number;
  readonly available: number;
  readonly used: number;
  readonly inodes: number;
  readonly inodesFree: number;
  readonly inodesUsed: number;
}

/** The longest time for one path. A server of NFS that does not answer would hold a thread of this process for ever. */
const TIMEOUT_MS = 2000;

/** The numbers of statfs(2): the size of a block, all, free and available blocks, all and free inodes. */
const FORMAT = "%S %b %f %a %c %d";

/**
 * Measures the file system of each path as the kubelet does (`volume/util/fs/fs.go: Info`, v1.36), after at most 2 s. A path
 * that cannot be measured in that time is left out.
 */
export async function measureFileSystems(paths: Iterable<string>): Promise<ReadonlyMap<string, FileSystemUsage>> {
  const measured = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const usage = fromStat(await stat(path));
      return usage === undefined ? [] : [[path, usage] as const];
    }),
  );
  return new Map(measured.flat());
}

function stat(path: string): Promise<string> {
  const args = ["--file-system", `--format=${FORMAT}`, "--", path];
  return new Promise((resolve) => {
    const child = execFile("stat", args, (error, stdout) => resolve(error === null ? stdout : ""));
    // A process that waits for a server may not end at once.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve("");
    }, TIMEOUT_MS);
    child.on("close", () => clearTimeout(timer));
  });
}

function fromStat(text: string): FileSystemUsage | undefined {
  const numbers = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+)\n$/.exec(text)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [size = 0, all = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = numbers;
  const blocks = { capacity: all * size, available: available * size, used: (all - free) * size };
  return { ...blocks, inodes, inodesFree, inodesUsed: inodes - inodesFree };
}
