import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { DebReference } from "../../model/image/deb-reference.ts";
import { hasOwnFiles, type ImageReference, parseImage } from "../../model/image/image-reference.ts";
import { imageKey } from "../../unitfile/image-names.ts";

/** Returns what the image of a container or of a volume names. No other code of the translation reads the string. */
export function imageReference(image: string | undefined): ImageReference {
  return parseImage(image ?? "");
}

/**
 * Returns the keys, as unitfile/image-names.ts makes them, of all images that containers and volumes of these pods
 * name.
 */
export function imageKeys(pods: readonly Pod[]): ReadonlySet<string> {
  const keys = pods.flatMap(referencesOf).flatMap((each) => ("name" in each ? [imageKey(each)] : []));
  return new Set(keys);
}

/** Returns the packages that containers of these pods name as their images, each once. */
export function packageReferences(pods: readonly Pod[]): readonly DebReference[] {
  const packages = pods.flatMap(({ spec }) =>
    containersOf(spec)
      .map(({ image }) => imageReference(image))
      .filter((reference) => reference.kind === "deb"),
  );
  return [...new Map(packages.map((reference) => [reference.name, reference])).values()];
}

/** Returns the names of the host's services that containers of the pod adopt. */
export function adoptedUnits({ spec }: Pod): readonly string[] {
  return containersOf(spec).flatMap(({ image }) => {
    const reference = imageReference(image);
    return reference.kind === "unit" ? [reference.unit] : [];
  });
}

/** True when a container of the pod runs on the host's files, or may, because its image is an archive. */
export function usesHostFiles({ spec }: Pod, ignoreImages: boolean): boolean {
  return containersOf(spec).some(({ image }) => {
    const reference = imageReference(image);
    return ignoreImages || !hasOwnFiles(reference) || reference.kind === "tarball";
  });
}

function referencesOf({ spec }: Pod): readonly ImageReference[] {
  const containers = containersOf(spec).map(({ image }) => imageReference(image));
  const volumes = (spec.volumes ?? []).flatMap(({ image }) => (image ? [imageReference(image.reference)] : []));
  return [...containers, ...volumes];
}
