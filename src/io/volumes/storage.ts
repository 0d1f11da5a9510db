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
import { nameBelow, statDescriptor, withPathBelow } from "../safe-path.ts";
import { makeClaim } from "./claims.ts";
import { applyFsGroup } from "./fs-group.ts";
import { mountDescriptor, mountForReading, mountMemory, mountsBelow } from "./mounts.ts";
import { markRemount } from "./remount.ts";

const groupMarkerPath = (uid: string, volume: string) => `${podRunDir(uid)}/groups/${volume}`;

/** Returns the keys of the storage that is prepared for a pod. `mounts` are all mount points below /run/unitlet/pods. */
export function readStorage(uid: string, mounts: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...list(`${podStateDir(uid)}/volumes`).map((name) => diskVolumePath(uid, name)),
    ...list(`${podRunDir(uid)}/groups`).map((volume) => `group/${volume}`),
    ...mounts.filter((path) => path.startsWith(`${podRunDir(uid)}/`)),
  ]);
}

/** Returns why subPaths cannot be mounted, by their mount points. */
export function readFailures(uid: string): ReadonlyMap<string, string> {
  const root = `${podRunDir(uid)}/subpaths`;
  const failureFiles = list(root).flatMap((container) =>
    list(join(root, container)).map((name) => join(root, container, name)),
  );
  return new Map(
    failureFiles
      .filter((path) => path.endsWith(FAILURE_SUFFIX))
      .map((path) => [path.slice(0, -FAILURE_SUFFIX.length), readOptional(path) ?? ""]),
  );
}

const FAILURE_SUFFIX = ".failed";

/**
 * Prepares the storage of a pod; what exists is not changed. Throws for the first storage that cannot be prepared. The
 * failure of a subPath concerns one container only, and is written to a file.
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
    mountSubPath(storage);
    remove(storage.path + FAILURE_SUFFIX);
  } catch (error) {
    writeAtomic(storage.path + FAILURE_SUFFIX, (error as Error).message, 0o600);
  }
}

function prepare(uid: string, storage: Exclude<Storage, SubPathStorage>): void {
  switch (storage.kind) {
    case "directory":
      markRemount(uid, basename(storage.path));
      makeDirectory(storage);
      return;
    case "memory":
      makeMemory(storage);
      return;
    case "host":
      makeOnHost(storage);
      return;
    case "claim":
      makeClaim(storage.path);
      return;
    case "image":
      mountImage(storage);
      return;
    case "group":
      applyFsGroup(storage.path, storage.gid, storage.always);
      writeAtomic(groupMarkerPath(uid, storage.volume), "", 0o600);
      return;
    default:
      storage satisfies never;
  }
}

/** Creates a directory under a temporary name, because the final name means that it is complete. */
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
 * Creates a file or directory that all users may read, regardless of the umask. Other processes may write there, so a file
 * that exists by then is neither opened nor changed.
 */
function makeOnHost({ path, make }: HostStorage): void {
  if (exists(path)) return;
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  const previousUmask = process.umask(0o022);
  try {
    if (make === "directory") mkdirSync(path, { recursive: true });
    else closeSync(openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o644));
  } finally {
    process.umask(previousUmask);
  }
}

function mountSubPath({ path, root, subPath, writable, makesFile }: SubPathStorage): void {
  if (makesFile) makeFileBelow(root, subPath);
  withPathBelow(root, subPath, { make: writable }, (descriptor) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (statDescriptor(descriptor).isDirectory()) mkdirSync(path, { recursive: true });
    else {
      // A killed run may have left a directory here.
      if (exists(path) && statSync(path).isDirectory()) rmdirSync(path);
      closeSync(openSync(path, "a", 0o600));
    }
    mountDescriptor(descriptor, path);
  });
}

/** Creates an empty file that all users may read, unless there is one. Its directory is found by descriptors. */
function makeFileBelow(root: string, path: string): void {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  withPathBelow(root, dirname(path), {}, (directory) => {
    const file = nameBelow(directory, basename(path));
    ignoreExisting(() => closeSync(openSync(file, O_WRONLY | O_CREAT | O_EXCL, 0o644)));
  });
}

function ignoreExisting(create: () => void): void {
  try {
    create();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Returns the type of a file of the host, following links; undefined when there is none, or when stat(2) fails. */
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
