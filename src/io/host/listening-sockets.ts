import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { list } from "../files.ts";
import { CgroupFiles } from "./cgroup-files.ts";

/** TCP_LISTEN of include/net/tcp_states.h, as /proc/net/tcp has it. */
const LISTEN = "0A";

/** The addresses on which a listener gets connections to 127.0.0.1 or ::1, in the byte order of /proc/net/tcp. */
const ACCEPTING = {
  tcp4: { tcp: ["0100007F", "00000000"], tcp6: ["0".repeat(32), "0000000000000000FFFF00000100007F"] },
  tcp6: { tcp: [], tcp6: ["0".repeat(32), "00000000000000000000000001000000"] },
} as const;

/** The paths of the kernel's tables. Tests pass files of their own. */
export interface SocketTables {
  readonly proc: string;
  readonly cgroups: CgroupFiles;
}

const HOST: SocketTables = { proc: "/proc", cgroups: new CgroupFiles() };

/**
 * True when a process below a cgroup listens on a loopback port. A connection to that port then reaches the pod and no service
 * of the host. `cgroup` is relative to the root of the cgroup tree.
 */
export function listensBelow(
  cgroup: string,
  port: number,
  network: "tcp4" | "tcp6",
  { proc, cgroups }: SocketTables = HOST,
): boolean {
  const { tcp, tcp6 } = ACCEPTING[network];
  const inodes = new Set([
    ...listeners(join(proc, "net/tcp"), port, tcp),
    ...listeners(join(proc, "net/tcp6"), port, tcp6),
  ]);
  return inodes.size > 0 && processesBelow(join(cgroups.tree, cgroup)).some((pid) => holdsAny(proc, pid, inodes));
}

/** The inodes of the sockets that listen on one of the addresses. */
function listeners(table: string, port: number, addresses: readonly string[]): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const wanted = new Set(addresses.map((address) => address + suffix));
  return read(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local = "", , state, , , , , , inode]) =>
      state === LISTEN && wanted.has(local) && inode !== undefined ? [inode] : [],
    );
}

function processesBelow(directory: string): string[] {
  const own = read(join(directory, "cgroup.procs")).split("\n").filter(Boolean);
  const below = subdirectories(directory);
  return [...own, ...below.flatMap((name) => processesBelow(join(directory, name)))];
}

/** Returns every directory: a container with a delegated cgroup chooses the names of its own ones. */
function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    // The cgroup has gone.
    return [];
  }
}

function holdsAny(proc: string, pid: string, inodes: ReadonlySet<string>): boolean {
  const directory = join(proc, pid, "fd");
  try {
    return list(directory).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(link(join(directory, descriptor)))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    // The process has ended.
    return false;
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
