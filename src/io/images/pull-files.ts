import { chmodSync, linkSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type DesiredPull, IMAGES, PULLS } from "../../model/image/image.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { ignoreMissing, list, readOptional, remove, writeAtomic } from "../files.ts";
import { removeTree } from "../remove-tree.ts";
import { usableImages } from "./usable-images.ts";

/**
 * Writes the files that the helpers of a pull or deb-pull read. Only root can read credentials, which are deleted when the fetch
 * ends. docs/files.md has the formats.
 */
export function writePull(pull: DesiredPull): void {
  const { key, deb, isFirst } = pull;
  mkdirSync(IMAGES, { recursive: true, mode: 0o700 });
  if (isFirst) remove(join(PULLS, `${key}.failed`));
  if (deb === undefined) writeImagePull(pull);
  else writeLines(`${key}.request`, [...commonLines(pull, pull.name), ...debLines(deb)]);
}

function writeImagePull(pull: DesiredPull): void {
  const { key, auth } = pull;
  const { trees, blobs } = usableImages(pull);
  const present = trees.map((hex) => `tree ${hex}`);
  writeLines(`${key}.request`, [...commonLines(pull, redactCredentials(pull.name)), ...present]);
  writeLines(`${key}.source`, [...commonLines(pull, pull.name), ...present]);
  writeAtomic(join(PULLS, `${key}.auth`), auth ?? (pull.name.startsWith("https://") ? "{}" : readHostAuth()), 0o600);
  prepareUnpack(key);
  prepareFetch(pull, blobs);
}

/**
 * Writes the files of a pull whose image the directory `fetched` has already, so that the fetch has nothing to do. The directory is
 * moved. No process exists any more that could write to it.
 */
export function writeImport(pull: DesiredPull, fetched: string): void {
  const { key } = pull;
  const work = join(IMAGES, "tmp", key);
  remove(join(PULLS, `${key}.failed`));
  removeTree(work, () => false);
  // The request first: it keeps the removal of images from the files.
  for (const file of ["request", "source"])
    writeLines(`${key}.${file}`, [...commonLines(pull, pull.name), "imported yes"]);
  mkdirSync(work, { recursive: true, mode: 0o700 });
  renameSync(fetched, join(work, "fetch"));
  writeAtomic(join(PULLS, `${key}.auth`), "{}", 0o600);
  prepareUnpack(key);
}

/** Writes the files of a fetch that asks its registry for the digest of the image alone. */
export function writeDigestRequest(pull: DesiredPull): void {
  const { key, auth } = pull;
  removeDigestRequest(pull);
  writeLines(`${key}.request`, commonLines(pull, pull.name));
  writeLines(`${key}.source`, [...commonLines(pull, pull.name), "resolve yes"]);
  writeAtomic(join(PULLS, `${key}.auth`), auth ?? readHostAuth(), 0o600);
  // The blobs of an interrupted pull of the image stay where they are, for the next pull.
  makeFetchDirectories(key);
}

/** Removes what such a fetch has left. */
export function removeDigestRequest({ key }: Pick<DesiredPull, "key">): void {
  for (const end of ["request", "source", "auth", "failed"]) remove(join(PULLS, `${key}.${end}`));
  removeTree(join(IMAGES, "tmp", key), () => false);
}

function prepareUnpack(key: string): void {
  // The root directory of the unpacking. systemd makes the mount points in it.
  mkdirSync(join(PULLS, ".root"), { recursive: true, mode: 0o755 });
  removeTree(join(PULLS, key), () => false);
  mkdirSync(join(PULLS, key), { mode: 0o700 });
}

function writeLines(name: string, lines: readonly string[]): void {
  writeAtomic(join(PULLS, name), `${lines.join("\n")}\n`, 0o600);
}

function commonLines({ repository, reserve, access }: DesiredPull, name: string): readonly string[] {
  const least = [`reserve ${reserve.bytes}`, `reserve-inodes ${reserve.inodes}`];
  return [`name ${name}`, `repository ${repository}`, ...least, ...(access === undefined ? [] : [`access ${access}`])];
}

function debLines({ reference, anew }: NonNullable<DesiredPull["deb"]>): readonly string[] {
  if ("url" in reference) return [`url ${reference.url}`, `sha256 ${reference.sha256}`];
  const { package: name, version } = reference;
  return [`package ${name}`, ...(version === undefined ? [] : [`version ${version}`]), ...(anew ? ["anew yes"] : [])];
}

/** The auth files of root in the order in which skopeo reads them (containers-auth.json(5)). */
const HOST_AUTH_FILES = [
  "/run/containers/0/auth.json",
  "/root/.config/containers/auth.json",
  "/root/.docker/config.json",
];

/** Returns the host's own credentials as one auth file. The fetch cannot read root's files. An invalid file counts as missing. */
function readHostAuth(): string {
  const read = (path: string): Readonly<Record<string, object>> => {
    try {
      return JSON.parse(readOptional(path) ?? "{}") ?? {};
    } catch {
      return {};
    }
  };
  const files = HOST_AUTH_FILES.toReversed().map(read);
  return JSON.stringify({
    ...Object.assign({}, ...files),
    auths: Object.assign({}, ...files.map(({ auths }) => auths)),
  });
}

/** Every user may write here: only root reaches it, and the fetch, into whose mounts systemd binds it. */
const FETCH_MODE = 0o777;

/**
 * Makes the directory of a fetch, with hard links to the blobs that it need not fetch, and the blobs of an interrupted pull with
 * the same credentials. No program runs that could write to these directories now.
 */
function prepareFetch({ key, access = "" }: DesiredPull, usable: readonly string[]): void {
  const blobs = makeFetchDirectories(key);
  const part = join(IMAGES, "tmp", `part.${key.slice(key.lastIndexOf("_") + 1)}.${access}`);
  for (const name of listOwn(join(part, "sha256"))) moveForWriting(join(part, "sha256", name), join(blobs, name));
  removeTree(part, () => false);
  for (const hex of usable) linkIfPossible(join(IMAGES, "blobs/sha256", hex), join(blobs, hex));
}

/** Returns the directory of the blobs. */
function makeFetchDirectories(key: string): string {
  const work = join(IMAGES, "tmp", key);
  const blobs = join(work, "fetch/blobs/sha256");
  removeTree(work, () => false);
  mkdirSync(blobs, { recursive: true, mode: 0o700 });
  for (const directory of ["fetch", "fetch/blobs", "fetch/blobs/sha256"]) chmodSync(join(work, directory), FETCH_MODE);
  return blobs;
}

/** Returns the names in a directory; none when it is a link. */
function listOwn(path: string): readonly string[] {
  return ignoreMissing(() => lstatSync(path).isDirectory())
    ? list(path).filter((name) => /^[0-9a-f]{64}$/.test(name))
    : [];
}

/**
 * Moves a blob of an interrupted pull, which had another user. A link is not moved, because chmod(2) would follow it. A blob with
 * two names is one of all images, and is linked again.
 */
function moveForWriting(from: string, to: string): void {
  const file = lstatSync(from);
  if (!file.isFile() || file.nlink !== 1) return;
  chmodSync(from, 0o666);
  renameSync(from, to);
}

/** A blob without a link is fetched. */
function linkIfPossible(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!["ENOENT", "EEXIST", "EMLINK"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
