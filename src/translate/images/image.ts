import type { Container, Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Config } from "../../model/host/config.ts";
import {
  type DesiredPull,
  type FailedPull,
  type Images,
  NO_IMAGES,
  type StoredImage,
} from "../../model/image/image.ts";
import {
  type ImageReference,
  NO_CHECKSUM,
  type OciReference,
  parseImage,
  type TarballReference,
} from "../../model/image/image-reference.ts";
import { redactCredentials } from "../../model/image/shown-image.ts";
import { pullRequestFile } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { DesiredContainer } from "../../model/translation.ts";
import type { PodDirectory } from "../../model/world.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import type { TranslateContext } from "../context.ts";
import { credentialsAllow, hasUsedImage, pullCredentialKeys } from "./image-access.ts";
import { pullAuth } from "./pull-auth.ts";

/** Where the container's files are; or why it waits for them, and what is to be pulled. */
export type ResolvedImage =
  | { readonly kind: "host" }
  /** `id` as imageID has it. */
  | { readonly kind: "stored"; readonly stored: StoredImage; readonly id: string }
  | { readonly kind: "absent"; readonly waits: Pick<DesiredContainer, "waiting" | "pull"> };

type Context = Pick<TranslateContext, "config" | "directory" | "images" | "references">;

/** A container, or a volume that is said in its words. */
export type ImageRequest = Pick<Container, "name" | "image" | "imagePullPolicy"> & {
  /** Names of the containers that mount the volume. */
  readonly mountedBy?: readonly string[];
};

export function resolveImage(
  pod: Pod,
  container: ImageRequest,
  { config, directory, references, images = NO_IMAGES }: Context,
): ResolvedImage {
  const image = redactCredentials(container.image ?? "");
  if (config.images === "ignore") return { kind: "host" };
  const reference = parsed(container.image ?? "", config);
  if (reference.kind === "host") return reference;
  const waits = (reason: string, message: string): ResolvedImage => ({
    kind: "absent",
    waits: { waiting: { reason, message } },
  });
  if (reference.kind === "invalid" || reference.kind === "deb")
    return invalid(image, reference.kind === "deb" ? "a package is no volume" : reference.because);
  const key = imageKey(reference.name);
  const stored = images.stored.get(key);
  const policy = pullPolicy(container, reference);
  const since = pullRequestedAt(container, directory);
  const repository = reference.kind === "oci" ? reference.repository : redactCredentials(reference.url);
  const auth = reference.kind === "oci" ? pullAuth(pod, reference, references) : { missing: [] };
  const isAllowed = (known: StoredImage) =>
    credentialsAllow(known, auth.auth) && satisfiesPullPolicy(known, policy, since);
  if (stored !== undefined && (hasUsedImage(pod, container) || isAllowed(stored)))
    return { kind: "stored", stored, id: `${repository}@${stored.digest}` };
  if (policy === "Never")
    return waits("ErrImageNeverPull", `Container image "${image}" is not present with pull policy of Never`);
  const hindrance = pullBlocker(image, config.images, images);
  if (hindrance !== undefined) return waits("ErrImagePull", hindrance);
  const failed = images.failed.get(key);
  const relevant = since !== undefined && failed !== undefined && failed.at >= since ? failed : undefined;
  const reserve = Math.round(config.evictionDisk * 1000);
  const access = pullCredentialKeys(auth.auth);
  const pull = { key, name: reference.name, repository, reserve, isFirst: relevant === undefined, ...auth };
  return waitingForPull(
    image,
    { ...pull, ...(access && { access }), ...(relevant && { failures: relevant.count }) },
    relevant,
    images.at,
  );
}

function invalid(image: string, because: string): ResolvedImage {
  const parsed = `couldn't parse image name "${image}": ${because}`;
  const message = `Failed to apply default image tag "${image}": ${parsed}`;
  return { kind: "absent", waits: { waiting: { reason: "InvalidImageName", message } } };
}

function parsed(image: string, { imageChecksums }: Config): ImageReference {
  const reference = parseImage(image);
  const isUnsure = reference.kind === "tarball" && reference.sha256 === undefined && imageChecksums === "required";
  return isUnsure ? { kind: "invalid", because: NO_CHECKSUM } : reference;
}

/** Notes when the image was first asked for: an answer of before does not count. */
export function recordsPullRequest({ name }: ImageRequest, { directory, images }: Context): DesiredFile[] {
  const file = pullRequestFile(name);
  if (images === undefined || directory?.files.has(file)) return [];
  return [{ name: file, text: String(images.at), uid: 0 }];
}

/** By this host's clock, in the run that first saw the container; undefined in that one. */
export function pullRequestedAt({ name }: ImageRequest, directory: PodDirectory | undefined): Instant | undefined {
  const text = directory?.files.get(pullRequestFile(name));
  return text === undefined ? undefined : Number(text);
}

/** As the API server fills it in; manifests of a standalone node come without. */
function pullPolicy({ imagePullPolicy }: ImageRequest, reference: OciReference | TarballReference): string {
  if (reference.kind === "oci") return imagePullPolicy ?? (reference.tag === "latest" ? "Always" : "IfNotPresent");
  // What has a checksum is what it was.
  if (imagePullPolicy === "Never" || reference.sha256 === undefined) return imagePullPolicy ?? "IfNotPresent";
  return "IfNotPresent";
}

/** Always: asked for once since the container came here. The start that systemd repeats by itself asks nobody. */
export function satisfiesPullPolicy(
  { checkedAt }: Pick<StoredImage, "checkedAt">,
  policy: string,
  since: Instant | undefined,
): boolean {
  return policy !== "Always" || (since !== undefined && checkedAt >= since);
}

function pullBlocker(image: string, setting: string, { missingTools }: Images): string | undefined {
  if (setting === "strict")
    return `image "${image}" cannot be pulled: this node runs programs on its own files. Set image to "host" or to the absolute path of a program, or set images = any in /etc/unitlet/unitlet.conf`;
  if (missingTools.length === 0) return undefined;
  const tools = missingTools.join(", ");
  return `image "${image}" cannot be pulled: this node has no ${tools}. Install the distribution's packages of these names there, or set image to "host" or to the absolute path of a program`;
}

/** How long a failure is shown as such before it is a pause. */
export const ERR_IMAGE_PULL_SHOWN_MS = 3000;

/** The kubelet's pauses: 10 s, doubled up to five minutes. */
export function retryAt({ at, count }: FailedPull): Instant {
  return at + Math.min(300, 10 * 2 ** Math.min(count - 1, 10)) * 1000;
}

export function waitingForPull(
  image: string,
  pull: DesiredPull,
  failed: FailedPull | undefined,
  now: Instant,
): ResolvedImage {
  if (failed === undefined) return { kind: "absent", waits: { pull } };
  if (now < failed.at + ERR_IMAGE_PULL_SHOWN_MS)
    return { kind: "absent", waits: { waiting: { reason: "ErrImagePull", message: failed.message } } };
  const message = `Back-off pulling image "${image}": ErrImagePull: ${failed.message}`;
  const waiting = { reason: "ImagePullBackOff", message };
  return { kind: "absent", waits: now < retryAt(failed) ? { waiting } : { waiting, pull } };
}
