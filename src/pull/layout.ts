import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseIndex } from "../io/images/image-config.ts";

/** Media types of a configuration that describes a file system to run programs on, by OCI and by Docker. */
const IMAGE_CONFIG = /(^|\.)(image\.config|container\.image)\.v1\+json$/;

export interface LayoutLayer {
  readonly digest: string;
  /** `org.opencontainers.image.title`: the name of a file of an artifact. */
  readonly title?: string;
}

/** What image-pull must know of the only manifest in an OCI image layout. */
export interface LayoutManifest {
  /** `artifact`: its layers are files as they are, and no archives. */
  readonly kind: "image" | "artifact";
  readonly layers: readonly LayoutLayer[];
  /** `rootfs.diff_ids`: digests of the unpacked layers, the lowest first, however they were compressed. */
  readonly diffIDs: readonly string[];
  /** Digests of all its blobs: the manifest, the configuration and the layers as they are stored. */
  readonly blobs: readonly string[];
}

/** Reads the layout in a directory. Throws an error that names what is wrong: an image is written by a stranger. */
export function readLayout(directory: string): LayoutManifest {
  const index = parse("index.json", readFileSync(join(directory, "index.json"), "utf8"), parseIndex);
  const manifest = parse("its manifest", readFileSync(blobPath(directory, index), "utf8"), parseObject);
  const config = object(manifest.config);
  const type = typeof config.mediaType === "string" ? config.mediaType : "";
  const layers = (Array.isArray(manifest.layers) ? manifest.layers : []).map(layer);
  const blobs = [index, config.digest, ...layers.map(({ digest }) => digest)].filter(isDigest);
  if (type !== "" && !IMAGE_CONFIG.test(type)) return { kind: "artifact", layers, diffIDs: [], blobs };
  // umoci says what is wrong with such a manifest.
  if (!isDigest(config.digest)) return { kind: "image", layers, diffIDs: [], blobs };
  const text = readFileSync(blobPath(directory, config.digest), "utf8");
  const { diff_ids } = object(parse("its configuration", text, parseObject).rootfs);
  const diffIDs = (Array.isArray(diff_ids) ? diff_ids : []).filter(isDigest);
  return { kind: "image", layers, diffIDs, blobs };
}

/** The path of a blob. Throws for what is no sha256 digest, so that no name leads out of the layout. */
export function blobPath(directory: string, digest: string): string {
  if (!isDigest(digest)) throw new Error("its manifest names no sha256 digest");
  return join(directory, "blobs/sha256", digest.slice("sha256:".length));
}

function isDigest(value: unknown): value is string {
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
