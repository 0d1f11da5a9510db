import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { diskVolumePath, podRunDir, podStateDir } from "../../model/paths.ts";
import {
  type DirectoryStorage,
  type HostFileType,
  type HostStorage,
  type ImageStorage,
  type MemoryStorage,
  type Storage,
  type SubPathStorage,
  storageKey,
} from "../../model/storage.ts";
import { exists, ignoreMissing, list, readOptional, remove, writeAtomic } from "../files.ts";
import { markUsed } from "../images/image-store.ts";
import { statDescriptor, withPathBelow } from "../safe-path.ts";
import { applyFsGroup } from "./fs-group.ts";
import { mountDescriptor, mountForReading, mountMemory, mountsBelow } from "./mounts.ts";

const groupMark = (uid: string, volume: string) => `${podRunDir(uid)}/groups/${volume}`;

/** Keys of what was prepared for a pod; `mounts` are those below its directories. */
export function readStorage(uid: string, mounts: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...list(`${podStateDir(uid)}/volumes`).map((name) => diskVolumePath(uid, name)),
    ...list(`${podRunDir(uid)}/groups`).map((volume) => `group/${volume}`),
    ...mounts.filter((path) => path.startsWith(`${podRunDir(uid)}/`)),
  ]);
}

/** Why paths within volumes cannot be mounted, by where they would be. */
export function readFailures(uid: string): ReadonlyMap<string, string> {
  const root = `${podRunDir(uid)}/subpaths`;
  const marks = list(root).flatMap((container) =>
    list(join(root, container)).map((name) => join(root, container, name)),
  );
  return new Map(
    marks
      .filter((path) => path.endsWith(FAILED))
      .map((path) => [path.slice(0, -FAILED.length), readOptional(path) ?? ""]),
  );
}

const FAILED = ".failed";

/**
 * What is there already stays as it is. Throws for the first that cannot be had, but for a path within a volume: that is
 * one container's trouble, and noted.
 */
export function prepareStorage(uid: string, all: readonly Storage[]): void {
  const done = readStorage(uid, mountsBelow(podRunDir(uid)));
  for (const storage of all.filter((each) => !done.has(storageKey(each)))) {
    if (storage.kind !== "sub-path") prepare(uid, storage);
    else trySubPath(storage);
  }
}

function trySubPath(storage: SubPathStorage): void {
  try {
    holdSubPath(storage);
    remove(storage.path + FAILED);
  } catch (error) {
    writeAtomic(storage.path + FAILED, (error as Error).message, 0o600);
  }
}

function prepare(uid: string, storage: Exclude<Storage, SubPathStorage>): void {
  switch (storage.kind) {
    case "directory":
      makeDirectory(storage);
      return;
    case "memory":
      makeMemory(storage);
      return;
    case "host":
      makeOnHost(storage);
      return;
    case "image":
      mountImage(storage);
      return;
    case "group":
      applyFsGroup(storage.path, storage.gid, storage.always);
      writeAtomic(groupMark(uid, storage.volume), "", 0o600);
      return;
    default:
      storage satisfies never;
  }
}

/** Under another name until it is as it should be: there, it counts as done. */
function makeDirectory({ path, gid }: DirectoryStorage): void {
  const temporary = join(dirname(path), `.${basename(path)}`);
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  if (gid !== undefined) chownSync(temporary, 0, gid);
  chmodSync(temporary, gid === undefined ? 0o777 : 0o2777);
  renameSync(temporary, path);
}

function makeMemory({ path, gid, size }: MemoryStorage): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  mountMemory(path, `size=${size},nosuid,nodev,mode=${gid === undefined ? "0777" : `2777,gid=${gid}`}`);
}

function mountImage({ path, tree }: ImageStorage): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  mountForReading(tree, path);
  markUsed(tree);
}

/**
 * For everybody to read, whatever our umask is. Others may write there: what has come in its place meanwhile is neither
 * opened nor changed.
 */
function makeOnHost({ path, make }: HostStorage): void {
  if (exists(path)) return;
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const ours = process.umask(0o022);
  try {
    if (make === "directory") mkdirSync(path, { recursive: true });
    else closeSync(openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o644));
  } finally {
    process.umask(ours);
  }
}

function holdSubPath({ path, root, subPath, writable }: SubPathStorage): void {
  withPathBelow(root, subPath, { make: writable }, (descriptor) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (statDescriptor(descriptor).isDirectory()) mkdirSync(path, { recursive: true });
    else {
      // What a killed run has left may be of the other kind.
      if (exists(path) && statSync(path).isDirectory()) rmdirSync(path);
      closeSync(openSync(path, "a", 0o600));
    }
    mountDescriptor(descriptor, path);
  });
}

/** What is at a path of the host, links followed; undefined: nothing, or nothing that can be looked at. */
export function hostFileType(path: string): HostFileType | undefined {
  try {
    const stat = ignoreMissing(() => statSync(path));
    if (stat === undefined) return undefined;
    if (stat.isDirectory()) return "directory";
    if (stat.isFile()) return "file";
    if (stat.isSocket()) return "socket";
    if (stat.isCharacterDevice()) return "character device";
    return stat.isBlockDevice() ? "block device" : "other";
  } catch {
    return undefined;
  }
}
