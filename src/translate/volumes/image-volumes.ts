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

/** The pod's volumes of the files of images. */
export interface ImageVolumes {
  readonly desired: readonly DesiredImageVolume[];
  /** Of those that are here, by volume name. */
  readonly sources: MountSources;
  /** What containers wait for that mount one of the others, by volume name. */
  readonly waits: ReadonlyMap<string, VolumeWait>;
  readonly files: readonly DesiredFile[];
}

/** Which image a volume is, is asked once in the life of the pod: what is mounted stays. */
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

/** What its image makes the container wait for; undefined: nothing. */
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
    companions: [],
  };
}

/** Hex digits of the digest of the image that is mounted for the volume. */
function heldImage({ metadata }: Pod, volume: string, { directory }: ImageContext): string | undefined {
  const below = imageVolumePath(metadata.uid, volume, "");
  const held = [...(directory?.storage ?? [])].find((key) => key.startsWith(below));
  return held?.slice(below.length);
}

/** No container can have this name, so the file that says when it was asked for is the volume's own. */
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

/** Neither the host's files nor a package can be such a volume; and the setting `ignoreImages = yes` covers containers only. */
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
