import { writePull } from "../../io/images/pull-files.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { requireRoot } from "../agent.ts";
import { CliError } from "../failure.ts";
import type { Progress, Result } from "../progress.ts";
import { eachOf } from "./arguments.ts";
import { commandedPull, configForImages, ociReference, runPull, untilIdle } from "./commanded-pull.ts";

/**
 * `unitlet images pull REF…`: pulls images with the host's own credentials, whether a pod needs them or not. Throws CliError after
 * all images, with the reason of each failure.
 */
export async function pullImages(names: readonly string[], progress: Progress): Promise<Result> {
  requireRoot("images pull");
  const references = names.map(ociReference);
  const config = await configForImages();
  if (config.imagePulls === "deny")
    throw new CliError(
      "the setting imagePulls = deny forbids pulls on this host. unitlet images import FILE brings an image without a registry",
    );
  const images = await eachOf(references, async (reference) => {
    const pull = commandedPull(reference, config);
    await untilIdle(pull, progress);
    writePull(pull);
    const image = { name: redactCredentials(reference.name), digest: await runPull(pull, progress) };
    progress.done("pulled", `pulled ${image.name} ${image.digest}`, image);
    return image;
  });
  return { text: "", details: { images } };
}
