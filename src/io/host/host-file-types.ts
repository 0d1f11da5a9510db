import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { RUN_DIR } from "../../model/paths.ts";
import type { HostFileType } from "../../model/storage.ts";
import { readOptional, remove, writeBestEffort } from "../files.ts";
import { hostFileType } from "../volumes/storage.ts";

/** The longest time for one path. */
const TIMEOUT_MS = 3000;

/** File systems on which stat(2) waits for a server or a program, as /proc/self/mountinfo names them. */
const WAITING = /^(?:fuse|fuseblk|fuse\..*|nfs4?|cifs|smb3|9p|ceph|afs|autofs|lustre|ocfs2|gfs2)$/;

/** Has the process that looks at a path, by path, while it has had no answer. */
const UNANSWERED = `${RUN_DIR}/unanswered.json`;

/**
 * Returns the types of the files at these paths, without those that are missing. A share or a program that does not answer would
 * hold the run for ever. Where one is mounted, a process for each path looks at it, for at most 3 s. A path whose process has not
 * ended since an earlier run gets no second one.
 */
export async function hostFileTypes(
  paths: Iterable<string>,
  mountinfo = readFileSync("/proc/self/mountinfo", "latin1"),
): Promise<ReadonlyMap<string, HostFileType>> {
  const distinct = [...new Set(paths)].filter((path) => !path.includes("\0"));
  if (distinct.length === 0) return new Map();
  const before = readUnanswered();
  const isDirect = !mayWait(mountinfo);
  const unanswered: Record<string, number> = {};
  const types = await Promise.all(
    distinct.map(async (path): Promise<HostFileType | undefined> => {
      if (isDirect) return hostFileType(path);
      const pid = before[path];
      const seen = pid !== undefined && isLookingAt(path, pid) ? pid : await lookAt(path);
      if (typeof seen !== "number") return seen;
      unanswered[path] = seen;
      return "no answer";
    }),
  );
  if (Object.keys(unanswered).length > 0) writeBestEffort(UNANSWERED, JSON.stringify(unanswered), 0o600);
  else if (Object.keys(before).length > 0) remove(UNANSWERED);
  return new Map(distinct.flatMap((path, at) => (types[at] === undefined ? [] : [[path, types[at]] as const])));
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

/** Returns the type of a file, undefined when it is missing, and the ID of the process while there is no answer. */
function lookAt(path: string): Promise<HostFileType | number | undefined> {
  const child = spawn("stat", ["--dereference", "--format=%f", "--", path], { stdio: ["ignore", "pipe", "ignore"] });
  return new Promise((resolve) => {
    let text = "";
    // Killed or not, a process that sleeps in the kernel must not keep this one.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.unref();
      resolve(child.pid ?? 0);
    }, TIMEOUT_MS);
    const end = (type: HostFileType | number | undefined) => {
      clearTimeout(timer);
      resolve(type);
    };
    child.stdout.setEncoding("latin1").on("data", (part: string) => {
      text += part;
    });
    child.on("error", () => end(0));
    child.on("close", () => end(typeOf(Number.parseInt(text, 16))));
  });
}

const TYPES: Readonly<Record<number, HostFileType>> = {
  2: "character device",
  4: "directory",
  6: "block device",
  8: "file",
  12: "socket",
};

/** Returns the type that is in the upper four bits of a mode; undefined without a mode. */
function typeOf(mode: number): HostFileType | undefined {
  return Number.isNaN(mode) ? undefined : (TYPES[mode >> 12] ?? "other");
}
