import type { Pod } from "../../model/api/pod.ts";
import { diskReserve } from "../../model/host/disk-reserve.ts";
import { type FailedPull, NO_IMAGES } from "../../model/image/image.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import type { DesiredContainer } from "../../model/translation.ts";
import type { ImageContext, ImageRequest, PresentImage } from "./candidate.ts";
import { hasUsedImage } from "./image-access.ts";
import { packageCandidate } from "./package.ts";
import { pullRequestedAt, waitingForPull } from "./pull-request.ts";
import { registryCandidate } from "./registry-image.ts";

/** Where the files of a container or a volume are; or why they are not here, and what to pull. */
export type ResolvedImage =
  | { readonly kind: "host" }
  | PresentImage
  | { readonly kind: "absent"; readonly waits: Pick<DesiredContainer, "waiting" | "pull"> };

/**
 * Returns where the files are, or why the container waits, by imagePullPolicy (`image_manager.go: EnsureImageExists`,
 * v1.36).
 */
export function resolveImage(pod: Pod, request: ImageRequest, context: ImageContext): ResolvedImage {
  const { reference } = request;
  if (reference.kind === "host") return { kind: "host" };
  if (reference.kind === "invalid") return invalidImage(request, reference.because);
  if (reference.kind === "unit") return invalidImage(request, "only a container can adopt a unit of the host");
  const candidate =
    reference.kind === "deb"
      ? packageCandidate(request, reference, context)
      : registryCandidate(pod, request, reference, context);
  if ("because" in candidate) return invalidImage(request, candidate.because);
  const { present, isUsable, policy, blocker } = candidate;
  if (present !== undefined && (isUsable || hasUsedImage(pod, request))) return present;
  const image = redactCredentials(request.image ?? "");
  if (policy === "Never")
    return waiting("ErrImageNeverPull", `Container image "${image}" is not present with pull policy of Never`);
  if (blocker !== undefined) return waiting("ErrImagePull", blocker);
  const { images = NO_IMAGES, directory } = context;
  const failed = relevantFailure(images.failed.get(candidate.key), pullRequestedAt(request, directory));
  const pull = {
    ...candidate.pull,
    key: candidate.key,
    reserve: diskReserve(context.config, context.host),
    isFirst: failed === undefined,
    ...(failed && reference.kind !== "deb" && { failures: failed.count }),
  };
  return { kind: "absent", waits: waitingForPull(image, pull, failed, images.at) };
}

/** Returns the failure of a pull for this pod: a failure from before the container came concerned another pod. */
function relevantFailure(failed: FailedPull | undefined, since: number | undefined): FailedPull | undefined {
  return since !== undefined && failed !== undefined && failed.at >= since ? failed : undefined;
}

/**
 * Returns the state of an image whose name is invalid, with the kubelet's message (`parsers.go: ParseImageName`,
 * v1.36).
 */
export function invalidImage({ image = "" }: Pick<ImageRequest, "image">, because: string): ResolvedImage {
  const shown = redactCredentials(image);
  const parsed = `couldn't parse image name "${shown}": ${because}`;
  return waiting("InvalidImageName", `Failed to apply default image tag "${shown}": ${parsed}`);
}

/** Returns the state of an image that is not here and is not pulled. */
export function waiting(reason: string, message: string): ResolvedImage {
  return { kind: "absent", waits: { waiting: { reason, message } } };
}
