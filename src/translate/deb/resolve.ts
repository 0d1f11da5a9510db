import type { Container, Pod } from "../../model/api/pod.ts";
import { debID, type InstalledDeb } from "../../model/image/deb.ts";
import type { DebReference } from "../../model/image/deb-reference.ts";
import { NO_IMAGES } from "../../model/image/image.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import { redactCredentials } from "../../model/image/shown-image.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import type { TranslateContext } from "../context.ts";
import {
  pullRequestedAt,
  type ResolvedImage,
  resolveImage,
  satisfiesPullPolicy,
  waitingForPull,
} from "../images/image.ts";
import { hasUsedImage } from "../images/image-access.ts";
import type { PackageOnHost } from "./launch.ts";

/** As ImageVerdict, of what a container may name as its image. */
export type ContainerImage =
  | ResolvedImage
  /** `id` as imageID has it. */
  | { readonly kind: "package"; readonly onHost: PackageOnHost; readonly id: string };

export function resolveContainerImage(pod: Pod, container: Container, context: TranslateContext): ContainerImage {
  const reference = parseImage(container.image ?? "");
  if (reference.kind !== "deb" || context.config.images === "ignore") return resolveImage(pod, container, context);
  return resolvePackage(pod, container, reference, context);
}

function resolvePackage(
  pod: Pod,
  container: Container,
  reference: DebReference,
  context: TranslateContext,
): ContainerImage {
  const { config, directory, images = NO_IMAGES } = context;
  const image = redactCredentials(container.image ?? "");
  const key = imageKey(reference.name);
  const { debs } = images;
  const deb = debs?.installed.get(key);
  const policy = pullPolicy(container, reference);
  const since = pullRequestedAt(container, directory);
  if (
    debs !== undefined &&
    deb !== undefined &&
    (hasUsedImage(pod, container) || satisfiesPullPolicy(deb, policy, since))
  )
    return { kind: "package", onHost: { deb, debs }, id: debID(deb) };
  const waits = (reason: string, message: string): ContainerImage => ({
    kind: "absent",
    waits: { waiting: { reason, message } },
  });
  if (policy === "Never")
    return waits("ErrImageNeverPull", `Container image "${image}" is not present with pull policy of Never`);
  const hindrance = packagePullBlocker(image, reference, context);
  if (hindrance !== undefined) return waits("ErrImagePull", hindrance);
  const failed = images.failed.get(key);
  const relevant = since !== undefined && failed !== undefined && failed.at >= since ? failed : undefined;
  const pull = {
    ...{ key, name: reference.name, repository: image, missing: [] },
    reserve: Math.round(config.evictionDisk * 1000),
    isFirst: relevant === undefined,
    deb: { reference, anew: policy === "Always" },
  };
  return waitingForPull(image, pull, relevant, images.at);
}

/** What has a version or a checksum is what it was. */
function pullPolicy({ imagePullPolicy = "IfNotPresent" }: Container, reference: DebReference): string {
  const isFixed = "url" in reference || reference.version !== undefined;
  return imagePullPolicy === "Always" && isFixed ? "IfNotPresent" : imagePullPolicy;
}

/** Undefined: nothing keeps the node from it. */
function packagePullBlocker(
  image: string,
  reference: DebReference,
  { config, images }: TranslateContext,
): string | undefined {
  const cannot = `image "${image}" cannot be pulled:`;
  if (images?.debs?.supported === false)
    return `${cannot} this node's distribution has no apt-get. Install the program with its own tools, and set image to "host" or to the absolute path of the program`;
  const setting = "in /etc/unitlet/unitlet.conf";
  if (config.images === "strict")
    return `${cannot} nothing is, with images = strict ${setting}. Let the administrator install the package, or set images = any`;
  if (config.debs === "off")
    return `${cannot} no package is installed for a pod, with debs = off ${setting}. Let the administrator install it, or set debs = signed`;
  if (config.debs === "signed" && "url" in reference)
    return `${cannot} nobody has signed that file, and its scripts would be run as root. Put the package into an archive that the node's apt knows (deb://NAME), or set debs = all ${setting}`;
  return undefined;
}

/** Names a package that is there, for who looks for its users. */
export const packageRequestText = ({ package: name }: InstalledDeb) => `${name}\n`;
