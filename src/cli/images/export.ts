import { type ExportedImage, exportedDigest, writeArchive } from "../../io/images/export-files.ts";
import { readStore } from "../../io/images/image-store.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import { requireRoot } from "../agent.ts";
import { CliError, writeFailure } from "../failure.ts";
import type { Progress, Result } from "../progress.ts";
import { ociReference } from "./commanded-pull.ts";

/** `unitlet images export REF… FILE`: writes an OCI archive of images of this host. Throws CliError. */
export async function exportImages(args: readonly string[], progress: Progress): Promise<Result> {
  requireRoot("images export");
  const file = args.at(-1);
  if (file === undefined || args.length < 2)
    throw new CliError("unitlet images export needs the names of images, and then a file", EX_USAGE);
  await writeNamed(args.slice(0, -1), file, progress);
  return { text: `wrote ${file}\n`, details: { file } };
}

/** Writes an OCI archive of images of this host by their names. Throws CliError. */
export async function writeNamed(names: readonly string[], file: string, progress: Progress): Promise<void> {
  const images = names.map(storedImage);
  try {
    await writeArchive(images, file, (bytes) =>
      progress.state("images", `${names.length} images: ${Math.ceil(bytes / 1e6)} MB written`, { bytes }),
    );
  } catch (error) {
    throw writeFailure(file, error);
  }
}

function storedImage(image: string): ExportedImage {
  const { name } = ociReference(image);
  const tree = readStore().find(({ names }) => names.includes(name));
  if (tree === undefined) throw new CliError(`${name} is not on this host: unitlet images pull ${name}`);
  checkDigest(name, tree.digest);
  return { name, digest: tree.digest };
}

/** An archive whose image has not the digest of its name could not be imported. */
function checkDigest(name: string, digest: string): void {
  const [, wanted] = name.split("@");
  const actual = exportedDigest(digest);
  if (wanted === undefined || wanted === actual) return;
  throw new CliError(
    `${name}: its archive would have the digest ${actual}, because this host stores the image of one platform with compressed layers. Use a tag, or skopeo copy --all docker://${name} oci-archive:FILE:${name}`,
  );
}
