import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { RUN_DIR } from "../../model/paths.ts";
import type { HostFileType } from "../../model/storage.ts";
import { readOptional, remove, writeBestEffort } from "../files.ts";
import { hostFileType } from "../volumes/storage.ts";

/** The longest time for one process. */
const TIMEOUT_MS = 3000;

/** PATH_MAX of Linux. stat(2) fails for a longer path, and execve(2) for one that is much longer. */
const MAX_PATH_BYTES = 4096;

/** How many paths one process looks at, and how many processes look at one path each at the same time. */
const TOGETHER = 200;
const SINGLY = 50;

/** File systems on which stat(2) waits for a server or a program, as /proc/self/mountinfo names them. */
const WAITING = /^(?:fuse|fuseblk|fuse\..*|virtiofs|nfs4?|cifs|smb3|9p|ceph|afs|autofs|lustre|beegfs|gpfs|ocfs2|gfs2)$/;

/** Has the process that looks at a path, by path, while it has had no answer. */
const UNANSWERED = `${RUN_DIR}/unanswered.json`;

/** The type of a file, undefined when it is missing, and the ID of the process that has had no answer; 0 when there is none. */
type Seen = HostFileType | number | undefined;

/**
 * Returns the types of the files at these paths, without those that are missing. A share or a program that does not answer would
 * hold the run for ever. Where one is mounted, a process looks at many paths for at most 3 s. When it has not ended, a process for
 * each of them does. A path whose process has not ended since an earlier run gets no second one.
 */
export async function hostFileTypes(
  paths: Iterable<string>,
  mountinfo = readFileSync("/proc/self/mountinfo", "latin1"),
): Promise<ReadonlyMap<string, HostFileType>> {
  const distinct = [...new Set(paths)].filter(isPath);
  if (distinct.length === 0) return new Map();
  const before = readUnanswered();
  const seen = mayWait(mountinfo)
    ? await lookAtAll(distinct, before)
    : distinct.map((path) => [path, hostFileType(path)] as const);
  const unanswered = Object.fromEntries(seen.filter(([, type]) => typeof type === "number"));
  if (Object.keys(unanswered).length > 0) writeBestEffort(UNANSWERED, JSON.stringify(unanswered), 0o600);
  else if (Object.keys(before).length > 0) remove(UNANSWERED);
  return new Map(
    seen.flatMap(([path, type]): [string, HostFileType][] => {
      if (type === undefined) return [];
      return [[path, typeof type === "number" ? "no answer" : type]];
    }),
  );
}

function isPath(text: string): boolean {
  return !text.includes("\0") && Buffer.byteLength(text) < MAX_PATH_BYTES;
}

/** Looks first at what has answered before, together, so that another path cannot hold it up. */
async function lookAtAll(
  paths: readonly string[],
  before: Readonly<Record<string, number>>,
): Promise<readonly (readonly [string, Seen])[]> {
  const known = paths.filter((path) => Object.hasOwn(before, path));
  const fresh = paths.filter((path) => !Object.hasOwn(before, path));
  const groups = Array.from({ length: Math.ceil(fresh.length / TOGETHER) }, (_, at) =>
    fresh.slice(at * TOGETHER, (at + 1) * TOGETHER),
  );
  const together = groups.map(async (group) => {
    const found = await look(group);
    return typeof found === "number" ? lookSingly(group) : group.map((path) => [path, found.get(path)] as const);
  });
  return (await Promise.all([lookSingly(known, before), ...together])).flat();
}

/** Looks at each path by a process of its own, a few at a time. What has no process after 3 s has had no answer. */
async function lookSingly(
  paths: readonly string[],
  before: Readonly<Record<string, number>> = {},
): Promise<readonly (readonly [string, Seen])[]> {
  const until = Date.now() + TIMEOUT_MS;
  const left = paths.entries();
  const seen: (readonly [string, Seen])[] = [];
  const worker = async () => {
    for (const [at, path] of left) {
      const pid = before[path] ?? 0;
      const found = pid > 0 && isLookingAt(path, pid) ? pid : Date.now() > until ? 0 : await look([path]);
      seen[at] = [path, typeof found === "number" ? found : found.get(path)];
    }
  };
  await Promise.all(Array.from({ length: Math.min(SINGLY, paths.length) }, worker));
  return seen;
}

/** True when a file system is mounted that may not answer. systemd mounts one that always does on nearly every host. */
function mayWait(mountinfo: string): boolean {
  return mountinfo.split("\n").some((line) => {
    const point = line.split(" ", 5)[4];
    const type = / - (\S+) /.exec(line)?.[1] ?? "";
    return WAITING.test(type) && point !== "/proc/sys/fs/binfmt_misc";
  });
}

function readUnanswered(): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readOptional(UNANSWERED) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}

function isLookingAt(path: string, pid: number): boolean {
  return (readOptional(`/proc/${pid}/cmdline`) ?? "").endsWith(`\0${path}\0`);
}

/** Returns the types of the files that are not missing, and the ID of the process while there is no answer. */
function look(paths: readonly string[]): Promise<ReadonlyMap<string, HostFileType> | number> {
  const child = spawn("stat", ["--dereference", "--printf=%f %n\\0", "--", ...paths], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((resolve) => {
    let text = "";
    // Killed or not, a process that sleeps in the kernel must not keep this one.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.unref();
      resolve(child.pid ?? 0);
    }, TIMEOUT_MS);
    const end = (result: ReadonlyMap<string, HostFileType> | number) => {
      clearTimeout(timer);
      resolve(result);
    };
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    child.on("error", () => end(0));
    child.on("close", () => end(new Map(text.split("\0").slice(0, -1).map(typeAndPath))));
  });
}

const TYPES: Readonly<Record<number, HostFileType>> = {
  2: "character device",
  4: "directory",
  6: "block device",
  8: "file",
  12: "socket",
};

/** Reads a mode in hexadecimal, whose upper four bits are the type, and the path after it. */
function typeAndPath(line: string): readonly [string, HostFileType] {
  const at = line.indexOf(" ");
  return [line.slice(at + 1), TYPES[Number.parseInt(line.slice(0, at), 16) >> 12] ?? "other"];
}
