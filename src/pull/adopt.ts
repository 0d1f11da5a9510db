import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ignoreMissing } from "../io/files.ts";
import { blobPath, isDigest, type LayoutManifest, readLayout } from "./layout.ts";

/** The longest index and the longest name of a media type that are accepted, in bytes. */
const MAX_INDEX_BYTES = 1 << 20;
/** More layers than any tool makes. umoci opens each of them, also a blob that the manifest names ten thousand times. */
const MAX_LAYERS = 500;
const MEDIA_TYPE = /^[\w.+/-]{1,200}$/;

/**
 * Moves an image from the directory of the fetch into the layout `layout`, and returns its manifest. The fetch may have been under
 * the control of a registry: a blob is taken only if it is a regular file whose content has the digest of its name. A blob that is
 * the same file as in `store` has been verified before. No directory on the way is a link: one to `store` would give the image
 * the blobs of all others. No process of the fetch exists any more. Throws an error that names the file.
 */
export function adoptLayout(fetched: string, layout: string, store: string): LayoutManifest {
  for (const each of ["", "blobs", "blobs/sha256"]) requireDirectory(join(fetched, each), each);
  const { digest, mediaType } = readIndex(join(fetched, "index.json"));
  mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
  const adopt = (each: string) =>
    adoptBlob(each, blobPath(fetched, each), blobPath(layout, each), blobPath(store, each));
  adopt(digest);
  const annotations = { "org.opencontainers.image.ref.name": "image" };
  const { size } = lstatSync(blobPath(layout, digest));
  writeFileSync(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(
    join(layout, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size, annotations }] }),
  );
  const manifest = readLayout(layout, adopt);
  if (manifest.layers.length > MAX_LAYERS)
    throw new Error(`its manifest has ${manifest.layers.length} layers; at most ${MAX_LAYERS} are unpacked`);
  return manifest;
}

function requireDirectory(path: string, what: string): void {
  if (ignoreMissing(() => lstatSync(path))?.isDirectory() !== true)
    throw new Error(`its directory ${what || "of the fetch"} is missing, or is a link`);
}

function readIndex(path: string): { readonly digest: string; readonly mediaType: string } {
  const file = openRegular(path, "index.json");
  try {
    if (fstatSync(file).size > MAX_INDEX_BYTES) throw new Error("index.json is too large");
    const [first] = JSON.parse(readFileSync(file, "utf8"))?.manifests ?? [];
    const { digest, mediaType } = first ?? {};
    if (!isDigest(digest) || typeof mediaType !== "string" || !MEDIA_TYPE.test(mediaType))
      throw new Error("index.json names no manifest");
    return { digest, mediaType };
  } finally {
    closeSync(file);
  }
}

function adoptBlob(digest: string, from: string, to: string, stored: string): void {
  if (ignoreMissing(() => lstatSync(to)) !== undefined) return;
  const file = openRegular(from, `its blob ${digest}`);
  try {
    const { dev, ino } = fstatSync(file);
    const same = ignoreMissing(() => lstatSync(stored));
    if (same?.dev !== dev || same.ino !== ino) {
      if (`sha256:${sha256(file)}` !== digest) throw new Error(`its blob ${digest} has other content`);
      fchownSync(file, 0, 0);
      fchmodSync(file, 0o644);
    }
    renameSync(from, to);
  } finally {
    closeSync(file);
  }
}

/** Opens a regular file. A pipe would block, and a link could name any file of the host. */
function openRegular(path: string, what: string): number {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new Error(`${what} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new Error(`${what} is not a regular file`);
}

function sha256(file: number): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
    hash.update(buffer.subarray(0, read));
  return hash.digest("hex");
}
