import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseIndex } from "../io/images/image-config.ts";

/** The media types of the configuration of an image that containers run on, of OCI and of Docker. */
const IMAGE_CONFIG = /(^|\.)(image\.config|container\.image)\.v1\+json$/;

/** One layer of an image or an artifact. */
export interface LayoutLayer {
  readonly digest: string;
  /** The annotation `org.opencontainers.image.title`: the name of a file of an artifact. */
  readonly title?: string;
}

/** The parts of the only manifest in an OCI image layout that image-unpack needs. */
export interface LayoutManifest {
  /** The layers of an artifact are plain files, and those of an image are archives. */
  readonly kind: "image" | "artifact";
  readonly layers: readonly LayoutLayer[];
  /** The digests of the uncompressed layers (`rootfs.diff_ids`), the lowest first; none for an artifact. */
  readonly diffIDs: readonly string[];
  /** The digests of all blobs: the manifest, the configuration and the layers as they are stored. */
  readonly blobs: readonly string[];
}

/**
 * Reads the layout in a directory. Its content is untrusted. `prepare` is called with the digest of each blob before it is read,
 * and with those of the layers. Throws an error that names the file or the field.
 */
export function readLayout(directory: string, prepare: (digest: string) => void = () => undefined): LayoutManifest {
  const index = parse("index.json", readFileSync(join(directory, "index.json"), "utf8"), parseIndex);
  const manifest = parse("its manifest", readFileSync(blobPath(directory, index), "utf8"), parseObject);
  const config = object(manifest.config);
  const type = typeof config.mediaType === "string" ? config.mediaType : "";
  const layers = (Array.isArray(manifest.layers) ? manifest.layers : []).map(layer);
  const blobs = [index, config.digest, ...layers.map(({ digest }) => digest)].filter(isDigest);
  for (const digest of blobs) prepare(digest);
  if (type !== "" && !IMAGE_CONFIG.test(type)) return { kind: "artifact", layers, diffIDs: [], blobs };
  // umoci reports the problem of such a manifest.
  if (!isDigest(config.digest)) return { kind: "image", layers, diffIDs: [], blobs };
  const text = readFileSync(blobPath(directory, config.digest), "utf8");
  const { diff_ids } = object(parse("its configuration", text, parseObject).rootfs);
  const diffIDs = (Array.isArray(diff_ids) ? diff_ids : []).filter(isDigest);
  return { kind: "image", layers, diffIDs, blobs };
}

/**
 * Returns the path of a blob. Throws when the digest is not a sha256 digest, because another text could lead out of the
 * layout.
 */
export function blobPath(directory: string, digest: string): string {
  if (!isDigest(digest)) throw new Error("its manifest names no sha256 digest");
  return join(directory, "blobs/sha256", digest.slice("sha256:".length));
}

export function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);
}

function layer(value: unknown): LayoutLayer {
  const { digest, annotations } = object(value);
  const title = object(annotations)["org.opencontainers.image.title"];
  return { digest: String(digest), ...(typeof title === "string" ? { title } : {}) };
}

function parse<T>(what: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch {
    throw new Error(`${what} is not valid JSON`);
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  return object(JSON.parse(text));
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
