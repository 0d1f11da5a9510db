import { execFileSync } from "node:child_process";
import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { ignoreMissing, list } from "../files.ts";

/** The archives in it are imported at boot and when they change. */
export const ARCHIVES = "/etc/unitlet/images";

/** Names of files that are still being copied: those of rsync, install.sh, scp-like tools, editors and browsers. */
const IGNORED = /^\.|~$|\.(part|partial|tmp|new|crdownload|filepart|swp)$/;

/** An archive or an OCI layout in the directory. */
export interface ArchiveFile {
  readonly name: string;
  readonly path: string;
  /** Identifies its content: inode number, size and time of change. */
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
    // A layout is complete when its index has been written.
    const own = status.isDirectory() ? ignoreMissing(() => statSync(join(path, "index.json"))) : status;
    return own === undefined ? [] : [{ name, path, key: keyOf(own), changedAt: own.mtimeMs }];
  });
}

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
