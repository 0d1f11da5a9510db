import { execFileSync } from "node:child_process";
import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../../unitfile/hash.ts";
import { ignoreMissing, list } from "../files.ts";

/** The archives in it are imported at boot and when they change. */
export const ARCHIVES = "/etc/unitlet/images";

/** Names of files that are still being copied: those of rsync, install.sh, scp-like tools, editors and browsers. */
const IGNORED = /^\.|~$|\.(part|partial|tmp|new|crdownload|filepart|swp)$/;

/** An archive or an OCI layout in the directory. */
export interface ArchiveFile {
  readonly name: string;
  readonly path: string;
  /** Identifies its content: inode number, size and time of change; of a layout those of its index and blobs. */
  readonly key: string;
  /** When it was last changed, in milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Returns the archives in the directory, sorted by name. A link counts as the file that it leads to. */
export function listArchives(): readonly ArchiveFile[] {
  return list(ARCHIVES).flatMap((name) => {
    const path = join(ARCHIVES, name);
    const status = IGNORED.test(name) ? undefined : ignoreMissing(() => statSync(path));
    if (status === undefined) return [];
    if (!status.isDirectory()) return [{ name, path, key: keyOf(status), changedAt: status.mtimeMs }];
    const layout = layoutAt(path);
    return layout === undefined ? [] : [{ name, path, ...layout }];
  });
}

/** Returns the directories in the directory, which are OCI layouts or become some. */
export function listLayouts(): readonly Pick<ArchiveFile, "name" | "path">[] {
  return list(ARCHIVES)
    .map((name) => ({ name, path: join(ARCHIVES, name) }))
    .filter(({ name, path }) => !IGNORED.test(name) && ignoreMissing(() => statSync(path))?.isDirectory());
}

/** Returns the state of a layout; undefined before its index is written. Its blobs may come after the index. */
export function layoutAt(path: string): Pick<ArchiveFile, "key" | "changedAt"> | undefined {
  const index = ignoreMissing(() => statSync(join(path, "index.json")));
  if (index === undefined) return undefined;
  const directory = join(path, "blobs/sha256");
  const blobs = list(directory).toSorted();
  const known = blobs.map((blob) => ignoreMissing(() => statSync(join(directory, blob))));
  const all = [index, ...known.filter((status) => status !== undefined)];
  const key = `${keyOf(index)} ${digest(all.map(keyOf).join(), KEY_LENGTH)}`;
  return { key, changedAt: Math.max(...all.map(({ mtimeMs }) => mtimeMs)) };
}

const KEY_LENGTH = 16;

const keyOf = ({ ino, size, mtimeMs, ctimeMs }: Stats) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`;

/** F_SETLEASE and F_RDLCK of fcntl(2), which Node cannot call. The kernel refuses the lease while a process has the file open for writing. */
const LEASE = 'open my $file, "<", $ARGV[0] or exit 1; exit(fcntl($file, 1024, 0) || $! != 11 ? 1 : 0)';

/** True while a process of this host has the file open for writing. File systems without leases never say so. */
export function isBeingWritten(path: string): boolean {
  // Opening a pipe would wait for its other end.
  if (ignoreMissing(() => statSync(path))?.isFile() !== true) return false;
  try {
    execFileSync("/usr/bin/perl", ["-e", LEASE, path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
