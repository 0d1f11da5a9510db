import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Volume } from "../../model/api/volume.ts";
import { IMAGES } from "../../model/image/image.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { imageVolumePath } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { DesiredImageVolume } from "../../model/translation.ts";
import type { ImageContext, ImageRequest } from "../images/candidate.ts";
import { recordsPullRequest } from "../images/pull-request.ts";
import { imageReference } from "../images/reference.ts";
import { invalidImage, type ResolvedImage, resolveImage, waiting as waitsFor } from "../images/resolve.ts";
import type { MountSource, MountSources, VolumeWait } from "./mount-source.ts";

/** The pod's image volumes. */
export interface ImageVolumes {
  readonly desired: readonly DesiredImageVolume[];
  /** Mount sources of the present ones, by volume name. */
  readonly sources: MountSources;
  /** What containers that mount one of the others wait for, by volume name. */
  readonly waits: ReadonlyMap<string, VolumeWait>;
  readonly files: readonly DesiredFile[];
}

/** Resolves the image volumes. Each is resolved once in the life of the pod: a mounted image stays. */
export function translateImageVolumes(pod: Pod, context: ImageContext): ImageVolumes {
  const desired: DesiredImageVolume[] = [];
  const sources = new Map<string, MountSource>();
  const waits = new Map<string, VolumeWait>();
  const files: DesiredFile[] = [];
  for (const { name, image } of pod.spec.volumes ?? []) {
    if (image === undefined) continue;
    const reference = redactCredentials(image.reference ?? "");
    const request = asContainer(pod, name, image);
    const resolved = resolveImageVolume(pod, request, context);
    const stored = resolved.kind === "stored" ? resolved.stored : undefined;
    const hex = heldImage(pod, name, context) ?? stored?.digest.slice("sha256:".length);
    if (hex !== undefined) {
      const digest = `sha256:${hex}`;
      sources.set(name, sourceOf(imageVolumePath(pod.metadata.uid, name, hex), `${IMAGES}/trees/${hex}/rootfs`));
      desired.push({ volume: name, reference, digest, ...(stored?.digest === digest && { stored }) });
      continue;
    }
    const { pull, waiting } = resolved.kind === "absent" ? resolved.waits : {};
    waits.set(name, waiting === undefined ? {} : { waiting, awaits: reference });
    desired.push({ volume: name, reference, ...(pull && { pull }) });
    files.push(...recordsPullRequest(request, context));
  }
  return { desired, sources, waits, files };
}

/** Returns what the container's image volumes make it wait for; undefined when all are present. */
export function imageVolumeWait(
  { volumeMounts = [] }: Container,
  waits: ImageVolumes["waits"],
): VolumeWait | undefined {
  const own = volumeMounts.map(({ name }) => waits.get(name)).filter((wait) => wait !== undefined);
  return own.find(({ waiting }) => waiting !== undefined) ?? own[0];
}

function sourceOf(path: string, tree: string): MountSource {
  return {
    ok: true,
    path,
    readOnly: true,
    untrusted: true,
    conditions: [["ConditionPathIsMountPoint", path]],
    storage: [{ kind: "image", path, tree }],
    auxiliaryUnits: [],
  };
}

/** Returns the hex digest of the image that is mounted for the volume. */
function heldImage({ metadata }: Pod, volume: string, { directory }: ImageContext): string | undefined {
  const below = imageVolumePath(metadata.uid, volume, "");
  const held = [...(directory?.storage ?? [])].find((key) => key.startsWith(below));
  return held?.slice(below.length);
}

/** Returns the volume as an image request. No container can have the name, so the request file is the volume's own. */
function asContainer(pod: Pod, volume: string, { reference, pullPolicy }: NonNullable<Volume["image"]>): ImageRequest {
  const policy = pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy };
  const mounts = ({ volumeMounts = [] }: Container) => volumeMounts.some(({ name }) => name === volume);
  const mountedBy = containersOf(pod.spec).filter(mounts);
  return {
    name: `${volume}.volume`,
    image: reference ?? "",
    reference: imageReference(reference),
    mountedBy: mountedBy.map(({ name }) => name),
    ...policy,
  };
}

/**
 * Resolves the image of a volume. Neither the host's files nor a package can be such a volume, and the setting
 * `ignoreImages = yes` covers containers only.
 */
function resolveImageVolume(pod: Pod, request: ImageRequest, context: ImageContext): ResolvedImage {
  const { image = "", reference } = request;
  if (context.config.ignoreImages && reference.kind !== "host")
    return waitsFor(
      "ErrImagePull",
      `image "${redactCredentials(image)}" cannot be pulled: this node pulls none, since ignoreImages = yes in /etc/unitlet/unitlet.conf`,
    );
  if (reference.kind === "host") return invalidImage(request, "a volume of the host's files is a hostPath");
  if (reference.kind === "deb") return invalidImage(request, "a package is no volume");
  return resolveImage(pod, request, context);
}
