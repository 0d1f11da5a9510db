import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EX_USAGE } from "../model/exit-status.ts";
import { unpackArtifact } from "./artifact.ts";
import { readLayout } from "./layout.ts";

/**
 * Runs the parts of image-pull that read JSON, and returns the exit status. `run.cjs pull inspect LAYOUT` prints `image` or
 * `artifact`. It writes the digests of the uncompressed layers to LAYOUT/layers, and those of the blobs to
 * LAYOUT/blobs.list, one a line; the latter without `sha256:`. `run.cjs pull artifact LAYOUT DIRECTORY` creates the files
 * of an artifact.
 */
function main([verb, layout = "", directory = ""]: readonly string[]): number {
  if (layout === "" || !["inspect", "artifact"].includes(verb ?? "")) {
    process.stderr.write("usage: run.cjs pull inspect LAYOUT | artifact LAYOUT DIRECTORY\n");
    return EX_USAGE;
  }
  try {
    const { kind, layers, diffIDs, blobs } = readLayout(layout);
    if (verb === "artifact") unpackArtifact(layout, layers, directory);
    else {
      writeFileSync(join(layout, "layers"), diffIDs.map((digest) => `${digest}\n`).join(""));
      writeFileSync(join(layout, "blobs.list"), blobs.map((digest) => `${digest.slice("sha256:".length)}\n`).join(""));
      process.stdout.write(`${kind}\n`);
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(3));
