import { readDiskLevels } from "../../io/host/host.ts";
import {
  importFailure,
  prepareImport,
  removeImport,
  type StagedImage,
  type Staging,
  stageArchive,
  stagedImages,
} from "../../io/images/import-files.ts";
import { writeImport } from "../../io/images/pull-files.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import type { Config } from "../../model/host/config.ts";
import { diskReserve } from "../../model/host/disk-reserve.ts";
import { type OciReference, parseImage } from "../../model/image/image-reference.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import type { Progress, Result } from "../progress.ts";
import { eachOf } from "./arguments.ts";
import { commandedPull, configForImages, ociReference, runPull, untilIdle } from "./commanded-pull.ts";
import { EndedEarly, runUnit } from "./unit-wait.ts";

/**
 * `unitlet images import FILE…`: makes images of this host from archives and OCI layouts. `name` is that of the only image of the
 * only archive. A file that cannot be imported keeps no other from being imported. Throws CliError after all files, with the reason
 * of each failure.
 */
export async function importImages(
  files: readonly string[],
  name: string | undefined,
  progress: Progress,
): Promise<Result> {
  requireRoot("images import");
  if (name !== undefined && files.length > 1)
    throw new CliError("--name names one image: import the files one after the other", EX_USAGE);
  const named = name === undefined ? undefined : ociReference(name);
  const config = await configForImages();
  const images = await eachOf(files, async (file) => {
    const { imported, problem } = await importArchive(file, named, { config, progress });
    if (problem !== undefined) throw new CliError(problem);
    return imported;
  });
  return { text: "", details: { images: images.flat() } };
}

export interface ImportContext {
  readonly config: Config;
  readonly progress: Progress;
}

/** What an archive has given this host. */
export interface ImportResult {
  readonly imported: readonly { readonly name: string; readonly digest: string }[];
  /** Why some images of it were left out. */
  readonly problem?: string;
}

/**
 * Imports the images of one file or layout, as `named` if given. Throws CliError with the reason when it cannot, and EndedEarly when
 * another attempt may succeed.
 */
export async function importArchive(
  file: string,
  named: OciReference | undefined,
  context: ImportContext,
): Promise<ImportResult> {
  const { config, progress } = context;
  const staging = prepareImport(diskReserve(config, readDiskLevels()));
  try {
    copy(staging, file, progress);
    await runUnit(`unitlet-image-import@${staging.id}.service`, (seconds) =>
      progress.state("reading", `${file}: reading, ${seconds} s`, { file }),
    );
    progress.clear();
    const because = importFailure(staging);
    if (because !== undefined) throw new CliError(`${file}: ${because}`);
    return await importAll(file, withName(file, found(file, staging), named), context);
  } finally {
    progress.clear();
    removeImport(staging);
  }
}

function copy(staging: Staging, file: string, progress: Progress): void {
  try {
    stageArchive(staging, file, (done, size) =>
      progress.state("copying", `${file}: ${Math.ceil(done / 1e6)} of ${Math.ceil(size / 1e6)} MB copied`, {
        file,
        bytes: done,
        total: size,
      }),
    );
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw new CliError(code === "ENOENT" ? `${file}: there is no such file` : message);
  }
}

function found(file: string, staging: Staging): readonly StagedImage[] {
  try {
    return stagedImages(staging);
  } catch (error) {
    const unit = `unitlet-image-import@${staging.id}`;
    throw new EndedEarly(`${file}: ${(error as Error).message}: journalctl -u ${unit} has the messages of the tools`);
  }
}

function withName(file: string, images: readonly StagedImage[], named: OciReference | undefined) {
  if (named === undefined) return images;
  const [image, ...others] = images;
  if (image === undefined || others.length > 0)
    throw new CliError(`${file} has ${images.length} images: --name is for an archive of one image`, EX_USAGE);
  return [{ ...image, name: named.name }];
}

/** An image that cannot be unpacked keeps no other of the archive from being imported. */
async function importAll(file: string, images: readonly StagedImage[], context: ImportContext): Promise<ImportResult> {
  const imported: { name: string; digest: string }[] = [];
  const problems: string[] = [];
  let nameless = 0;
  for (const { name, directory } of images) {
    const reference = parseImage(name);
    if (name === "" || reference.kind !== "oci") {
      nameless += 1;
      continue;
    }
    try {
      const image = { name: reference.name, digest: await importImage(reference, directory, context) };
      context.progress.done("imported", `imported ${image.name} ${image.digest}`, image);
      imported.push(image);
    } catch (error) {
      if (!(error instanceof CliError) || error.status !== 1 || error instanceof EndedEarly) throw error;
      problems.push(`${file}: ${error.message}`);
    }
  }
  if (nameless > 0) problems.push(`${file}: ${namelessProblem(nameless, images.length)}`);
  return { imported, ...(problems.length > 0 && { problem: problems.join("; ") }) };
}

function namelessProblem(nameless: number, all: number): string {
  if (all === 1) return "its image has no name: give it one with --name REF";
  return `${nameless} of its ${all} images have no name, and were left out`;
}

async function importImage(
  reference: OciReference,
  directory: string,
  { config, progress }: ImportContext,
): Promise<string> {
  const pull = commandedPull(reference, config);
  await untilIdle(pull, progress);
  writeImport(pull, directory);
  return await runPull(pull, progress);
}
