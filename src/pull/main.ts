import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EX_USAGE } from "../model/exit-status.ts";
import { adoptLayout } from "./adopt.ts";
import { type ArchivedImage, listDockerImages, listLayouts } from "./archive.ts";
import { unpackArtifact } from "./artifact.ts";
import { type LayoutManifest, readLayout } from "./layout.ts";

const USAGE =
  "run.cjs pull adopt FETCHED LAYOUT STORE | inspect LAYOUT | artifact LAYOUT DIRECTORY | layouts TREE SOURCES | docker FILE";

/**
 * Runs the parts of image-unpack and image-import that read JSON, and returns the exit status. `adopt FETCHED LAYOUT STORE` moves an image from the
 * directory of its fetch to LAYOUT; STORE has the blobs of all images. `adopt` and `inspect LAYOUT` print `image` or `artifact`, and
 * write the digests of the uncompressed layers to LAYOUT/layers, and those of the blobs to LAYOUT/blobs.list, one a line; the
 * latter without `sha256:`. `artifact LAYOUT DIRECTORY` creates the files of an artifact.
 * `layouts TREE SOURCES` and `docker FILE` list the images of an archive, one a line: its place in the archive, a space and its name.
 */
function main([verb, ...paths]: readonly string[]): number {
  const [first = "", second = "", third = ""] = paths;
  try {
    if (verb === "adopt" && paths.length === 3) describeLayout(second, adoptLayout(first, second, third));
    else if (verb === "inspect" && paths.length === 1) describeLayout(first, readLayout(first));
    else if (verb === "artifact" && paths.length === 2) unpackArtifact(first, readLayout(first).layers, second);
    else if (verb === "layouts" && paths.length === 2) printImages(listLayouts(first, second));
    else if (verb === "docker" && paths.length === 1) printImages(listDockerImages(first));
    else {
      process.stderr.write(`usage: ${USAGE}\n`);
      return EX_USAGE;
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function describeLayout(layout: string, { kind, diffIDs, blobs }: LayoutManifest): void {
  writeFileSync(join(layout, "layers"), diffIDs.map((digest) => `${digest}\n`).join(""));
  writeFileSync(join(layout, "blobs.list"), blobs.map((digest) => `${digest.slice("sha256:".length)}\n`).join(""));
  process.stdout.write(`${kind}\n`);
}

function printImages(images: readonly ArchivedImage[]): void {
  process.stdout.write(images.map(({ at, name }) => `${at} ${name}\n`).join(""));
}

process.exitCode = main(process.argv.slice(3));
