import { containersOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { Volume } from "../../model/api/volume.ts";
import { IMAGES } from "../../model/image/image.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import { redactCredentials } from "../../model/image/shown-image.ts";
import { imageVolumePath } from "../../model/paths.ts";
import type { DesiredFile } from "../../model/step.ts";
import type { DesiredContainer, DesiredImageVolume } from "../../model/translation.ts";
import { imageKey } from "../../unitfile/image-names.ts";
import type { TranslateContext } from "../context.ts";
import { type ImageRequest, type ResolvedImage, recordsPullRequest, resolveImage } from "../images/image.ts";
import type { MountSource } from "./resolved-volume.ts";

type Wait = Pick<DesiredContainer, "waiting" | "awaits">;

/** The pod's volumes of the files of images. */
export interface ImageVolumes {
  readonly desired: readonly DesiredImageVolume[];
  /** Of those that are here, by volume name. */
  readonly places: ReadonlyMap<string, MountSource>;
  /** What containers wait for that mount one of the others, by volume name. */
  readonly waits: ReadonlyMap<string, Wait>;
  readonly files: readonly DesiredFile[];
}

type Context = Pick<TranslateContext, "config" | "directory" | "images" | "references">;

/** Which image a volume is, is asked once in the life of the pod: what is mounted stays. */
export function translateImageVolumes(pod: Pod, context: Context): ImageVolumes {
  const desired: DesiredImageVolume[] = [];
  const places = new Map<string, MountSource>();
  const waits = new Map<string, Wait>();
  const files: DesiredFile[] = [];
  for (const { name, image } of pod.spec.volumes ?? []) {
    if (image === undefined) continue;
    const reference = redactCredentials(image.reference ?? "");
    const verdict = resolveImageVolume(pod, name, image, context);
    const stored = verdict.kind === "stored" ? verdict.stored : undefined;
    const hex = heldImage(pod, name, context) ?? stored?.digest.slice("sha256:".length);
    if (hex !== undefined) {
      const digest = `sha256:${hex}`;
      places.set(name, sourceOf(imageVolumePath(pod.metadata.uid, name, hex), `${IMAGES}/trees/${hex}/rootfs`));
      desired.push({ volume: name, reference, digest, ...(stored?.digest === digest && { stored }) });
      continue;
    }
    const { pull, waiting } = verdict.kind === "absent" ? verdict.waits : {};
    waits.set(name, waiting === undefined ? {} : { waiting, awaits: reference });
    desired.push({ volume: name, reference, ...(pull && { pull }) });
    files.push(...recordsPullRequest(asContainer(pod, name, image), context));
  }
  return { desired, places, waits, files };
}

/** Keys of the images of the pod's volumes, as unitfile/image-names.ts makes them. */
export function volumeImageKeys({ spec }: Pod): string[] {
  const references = (spec.volumes ?? []).flatMap(({ image }) => (image ? [parseImage(image.reference ?? "")] : []));
  return references.flatMap((reference) => ("name" in reference ? [imageKey(reference.name)] : []));
}

/** What its image makes the container wait for; undefined: nothing. */
export function imageVolumeWait({ volumeMounts = [] }: Container, waits: ImageVolumes["waits"]): Wait | undefined {
  const own = volumeMounts.map(({ name }) => waits.get(name)).filter((wait) => wait !== undefined);
  return own.find(({ waiting }) => waiting !== undefined) ?? own[0];
}

function sourceOf(path: string, tree: string): MountSource {
  return {
    ok: true,
    path,
    readOnly: true,
    foreign: true,
    conditions: [["ConditionPathIsMountPoint", path]],
    storage: [{ kind: "image", path, tree }],
    companions: [],
  };
}

/** Hex digits of the digest of the image that is mounted for the volume. */
function heldImage({ metadata }: Pod, volume: string, { directory }: Context): string | undefined {
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
    mountedBy: mountedBy.map(({ name }) => name),
    ...policy,
  };
}

/** The files of the host are no volume of this kind. */
function resolveImageVolume(
  pod: Pod,
  volume: string,
  source: NonNullable<Volume["image"]>,
  context: Context,
): ResolvedImage {
  const verdict = resolveImage(pod, asContainer(pod, volume, source), context);
  if (verdict.kind !== "host") return verdict;
  const reference = redactCredentials(source.reference ?? "");
  const waits = (reason: string, message: string): ResolvedImage => ({
    kind: "absent",
    waits: { waiting: { reason, message } },
  });
  if (parseImage(reference).kind === "host")
    return waits(
      "InvalidImageName",
      `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": a volume of the host's files is a hostPath`,
    );
  return waits(
    "ErrImagePull",
    `image "${reference}" cannot be pulled: this node pulls none, since images = ignore in /etc/unitlet/unitlet.conf`,
  );
}
