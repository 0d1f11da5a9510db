import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IMAGES } from "../../model/image/image.ts";
import { removeTree } from "../remove-tree.ts";
import { type Tell, writeTar } from "../tar-file.ts";
import { parseIndex } from "./image-config.ts";

/** An image and the name that the archive gives it. */
export interface ExportedImage {
  readonly name: string;
  /** Digest of the tree, with its prefix. */
  readonly digest: string;
}

/**
 * Writes an OCI archive of stored images with mode 0600, completely or not at all. The same images give the same bytes. `tell` is
 * called with the bytes so far. Throws an error.
 */
export async function writeArchive(images: readonly ExportedImage[], file: string, tell: Tell): Promise<void> {
  const stage = join(IMAGES, "import", String(process.pid));
  try {
    removeTree(stage, () => false);
    mkdirSync(join(stage, "blobs/sha256"), { recursive: true, mode: 0o700 });
    const manifests = images.map((image) => stageImage(stage, image));
    writeFileSync(join(stage, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(stage, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
    const same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--mode=u=rwX,go=rX"];
    const words = [...same, "--hard-dereference", "--directory", stage, "oci-layout", "index.json", "blobs"];
    await writeTar(file, words, tell);
  } finally {
    removeTree(stage, () => false);
  }
}

/** Returns the digest that an archive gives a stored image, which is one platform of an index with compressed layers. */
export function exportedDigest(digest: string): string {
  return parseIndex(readFileSync(join(homeOf(digest), "index.json"), "utf8"));
}

const homeOf = (digest: string) => join(IMAGES, "trees", digest.slice("sha256:".length));

/** Links the blobs of an image, and returns its descriptor. */
function stageImage(stage: string, { name, digest }: ExportedImage): object {
  const home = homeOf(digest);
  const blobs = readFileSync(join(home, "blobs.list"), "utf8").split("\n");
  for (const hex of blobs.filter((line) => /^[0-9a-f]{64}$/.test(line))) {
    rmSync(join(stage, "blobs/sha256", hex), { force: true });
    linkSync(join(IMAGES, "blobs/sha256", hex), join(stage, "blobs/sha256", hex));
  }
  const [manifest] = JSON.parse(readFileSync(join(home, "index.json"), "utf8")).manifests;
  const annotations = { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name };
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.size, annotations };
}
