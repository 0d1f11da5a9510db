import { copyFileSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { parseImage } from "../model/image/image-reference.ts";
import { blobPath, isDigest } from "./layout.ts";

/** An image of an archive: its place in the archive's list, and its name in canonical form; "" without a name. */
export interface ArchivedImage {
  readonly at: number;
  readonly name: string;
}

/** More images than any tool puts into one archive. Each costs a call of skopeo. */
const MAX_IMAGES = 500;
/** The largest list of images, and the largest manifest, in bytes; that of skopeo. */
const MAX_LIST_BYTES = 4 << 20;
const MEDIA_TYPE = /^[\w.+/-]{1,200}$/;
const GOARCH: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * Reads the OCI layout in `tree`, and makes a layout of its own for each image: the directory `sources/AT`, whose only manifest is
 * called `image`, with the file `manifest`, the image's index or manifest. The content is untrusted. Throws an error that names
 * the file.
 */
export function listLayouts(tree: string, sources: string): readonly ArchivedImage[] {
  const { manifests } = object(parse("index.json", readList(join(tree, "index.json"))));
  const descriptors = forThisHost((Array.isArray(manifests) ? manifests : []).map(object));
  if (descriptors.length === 0) throw new Error("its index.json names no image for the architecture of this host");
  return bounded(descriptors).map((descriptor, at) => {
    writeSource(tree, join(sources, String(at)), descriptor);
    return { at, name: nameOf(object(descriptor.annotations)) };
  });
}

/** Reads the file manifest.json of `docker save`. The content is untrusted. Throws an error that says what is wrong. */
export function listDockerImages(path: string): readonly ArchivedImage[] {
  const list = parse("manifest.json", readList(path));
  if (!Array.isArray(list) || list.length === 0) throw new Error("its manifest.json names no image");
  return bounded(list).flatMap((image, at) => {
    const { RepoTags: tags } = object(image);
    const names = (Array.isArray(tags) ? tags : []).map(canonical).filter((name) => name !== "");
    return (names.length === 0 ? [""] : names).map((name) => ({ at, name }));
  });
}

function bounded<T>(images: readonly T[]): readonly T[] {
  if (images.length > MAX_IMAGES)
    throw new Error(`it has ${images.length} images; at most ${MAX_IMAGES} are read of an archive`);
  return images;
}

function readList(path: string): string {
  // A link to a device would have no end.
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file?.isFile() !== true) throw new Error("its list of images is missing, or is no regular file");
  if (file.size > MAX_LIST_BYTES) throw new Error("its list of images is too large");
  return readFileSync(path, "utf8");
}

/** Leaves out manifests of other platforms, and attestations, whose platform is "unknown". */
function forThisHost(all: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] {
  return all.filter(({ platform }) => {
    const { architecture } = object(platform);
    return architecture === undefined || architecture === (GOARCH[arch()] ?? arch());
  });
}

function writeSource(tree: string, source: string, { mediaType, digest, size }: Record<string, unknown>): void {
  if (!isDigest(digest) || typeof mediaType !== "string" || !MEDIA_TYPE.test(mediaType) || typeof size !== "number")
    throw new Error("its index.json names no manifest");
  mkdirSync(source, { recursive: true });
  const annotations = { "org.opencontainers.image.ref.name": "image" };
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size, annotations }] };
  writeFileSync(join(source, "index.json"), JSON.stringify(index));
  writeFileSync(join(source, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  symlinkSync(join(tree, "blobs"), join(source, "blobs"));
  const manifest = blobPath(tree, digest);
  const file = statSync(manifest, { throwIfNoEntry: false });
  if (file?.isFile() !== true) throw new Error(`its blob ${digest} is missing`);
  // A file with holes takes no space in the archive.
  if (file.size > MAX_LIST_BYTES) throw new Error(`its blob ${digest} is too large for a manifest`);
  copyFileSync(manifest, join(source, "manifest"));
}

/** containerd and Docker write the whole name beside the tag; Podman and skopeo write the whole name in its place. */
function nameOf(annotations: Record<string, unknown>): string {
  const whole = canonical(annotations["io.containerd.image.name"]);
  const short = annotations["org.opencontainers.image.ref.name"];
  return whole !== "" ? whole : typeof short === "string" && /[/:]/.test(short) ? canonical(short) : "";
}

function canonical(name: unknown): string {
  const reference = typeof name === "string" ? parseImage(name) : undefined;
  return reference?.kind === "oci" ? reference.name : "";
}

function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`its ${what} is not valid JSON`);
  }
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
