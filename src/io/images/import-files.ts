import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type DesiredPull, IMAGES } from "../../model/image/image.ts";
import { exists, ignoreMissing, list, readRegular, writeAtomic } from "../files.ts";
import { removeTree } from "../remove-tree.ts";

const IMPORTS = join(IMAGES, "import");

/** The largest file of the unit that is read, in bytes. */
const MAX_FILE_BYTES = 1 << 20;

/** An archive that is being imported. */
export interface Staging {
  /** The instance of the unit that reads the archive. */
  readonly id: string;
  /** The only directory that the unit can write. */
  readonly fetch: string;
  /** How much of the disk must stay free. */
  readonly reserve: DesiredPull["reserve"];
}

/** An image that the unit has found in an archive. */
export interface StagedImage {
  /** As the archive names it, unverified; "" without a name. */
  readonly name: string;
  /** A directory such as a fetch leaves it. */
  readonly directory: string;
}

/** Makes the directory of an import by this process, and removes those of processes that have ended. */
export function prepareImport(reserve: DesiredPull["reserve"]): Staging {
  for (const id of list(IMPORTS)) if (!exists(join("/proc", id))) removeTree(join(IMPORTS, id), () => false);
  const id = String(process.pid);
  const staging = { id, fetch: join(IMPORTS, id, "fetch"), reserve };
  removeImport(staging);
  mkdirSync(staging.fetch, { recursive: true, mode: 0o700 });
  // Only root and the unit, into whose mounts systemd binds it, reach the directory.
  chmodSync(staging.fetch, 0o777);
  const request = `reserve ${reserve.bytes}\nreserve-inodes ${reserve.inodes}\n`;
  writeAtomic(join(IMPORTS, id, "request"), request, 0o600);
  return staging;
}

export function removeImport({ id }: Pick<Staging, "id">): void {
  removeTree(join(IMPORTS, id), () => false);
}

/**
 * Copies an archive, or the OCI layout in a directory as an archive, for the unit, which cannot read the files of others. `tell` is
 * called with the bytes that are copied and those of the whole. Throws an error that names the file.
 */
export function stageArchive(staging: Staging, path: string, tell: (done: number, size: number) => void): void {
  const target = join(staging.fetch, "archive");
  if (ignoreMissing(() => statSync(path))?.isDirectory()) archiveLayout(path, target, staging);
  else copyFile(path, target, { ...staging, tell });
  chmodSync(target, 0o644);
}

/** Throws when a copy of so many bytes would take what must stay free: pods would be evicted for it. */
function requireSpace(path: string, size: number, reserve: Staging["reserve"]): void {
  const { blocks, bavail, bsize } = statfsSync(IMAGES);
  const free = Math.max(0, bavail * bsize - Math.floor((blocks * bsize * reserve.bytes) / 1000));
  // The copy, the images and their files are on the disk at the same time.
  if (size > free)
    throw new Error(`${path} has ${size} bytes, and only ${free} are free in ${IMAGES} above what evictionHard keeps`);
}

function archiveLayout(path: string, target: string, { reserve }: Staging): void {
  for (const name of ["oci-layout", "index.json", "blobs"])
    if (!exists(join(path, name)))
      throw new Error(`${path} is no OCI layout: it has no ${name}. Name a file, or a directory with oci-layout in it`);
  const size = execFileSync("du", ["-s", "--block-size=1", "--", path], { encoding: "utf8" });
  requireSpace(path, Number.parseInt(size, 10), reserve);
  // tar follows no link below the directory.
  const words = ["--create", "--file", target, "--directory", path, "oci-layout", "index.json", "blobs"];
  execFileSync("tar", words, { stdio: ["ignore", "ignore", "pipe"] });
}

interface Copying extends Staging {
  readonly tell: (done: number, size: number) => void;
}

function copyFile(path: string, target: string, { reserve, tell }: Copying): void {
  const from = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const to = openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const status = fstatSync(from);
    if (!status.isFile()) throw new Error(`${path} is neither a file nor a directory`);
    requireSpace(path, status.size, reserve);
    const buffer = Buffer.allocUnsafe(1 << 20);
    let done = 0;
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) {
      done += read;
      if (done > status.size) throw new Error(`${path} has grown while it was read: import it when it is complete`);
      for (let at = 0; at < read; ) at += writeSync(to, buffer, at, read - at);
      tell(done, status.size);
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/** Returns the message of the unit that has failed; undefined when it has left none. */
export function importFailure({ fetch }: Staging): string | undefined {
  return readSmall(join(fetch, "failed"))?.slice(0, 2000) || undefined;
}

/** Returns the images that the unit has found. It may have been under the control of the archive. Throws an error. */
export function stagedImages({ fetch }: Staging): readonly StagedImage[] {
  const text = readSmall(join(fetch, "list"));
  if (text === undefined) throw new Error("it has no list of images");
  return text.split("\n").flatMap((line) => {
    const [at = "", name = ""] = line.split(" ");
    const directory = join(fetch, `image.${at}`);
    return /^\d{1,4}$/.test(at) && ignoreMissing(() => lstatSync(directory))?.isDirectory()
      ? [{ name, directory }]
      : [];
  });
}

/** Returns the content of a small regular file; undefined for every other. */
function readSmall(path: string): string | undefined {
  const file = ignoreMissing(() => lstatSync(path));
  return file?.isFile() === true && file.size <= MAX_FILE_BYTES ? readRegular(path) : undefined;
}
