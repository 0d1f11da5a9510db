import { statusesOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { StoredImage } from "../../model/image/image.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { digest } from "../../unitfile/hash.ts";

/** Returns a digest that identifies a pod's credentials; undefined for a pod without any, which uses the host's. */
export function pullCredentialKeys(auth: string | undefined): string | undefined {
  return auth === undefined ? undefined : digest(auth, 32);
}

/**
 * True when a pod with these credentials may use a present image. An image pulled with credentials is for pods that
 * have the same ones; others ask the registry with their own. Otherwise any pod could run what another pod has pulled
 * (compare `images/pullmanager/image_pull_manager.go: MustAttemptImagePull`, v1.36).
 */
export function credentialsAllow({ access }: StoredImage, auth: string | undefined): boolean {
  const own = pullCredentialKeys(auth);
  return access === undefined || (own !== undefined && access.includes(own));
}

/** A container, or the containers that mount a volume. */
interface User {
  readonly name: string;
  readonly image?: string;
  readonly mountedBy?: readonly string[];
}

/**
 * True when the container has run on an image of this name: its pod was allowed to use it then. The Secret may be gone
 * and the registry unreachable since. The name counts, because a pod can change the image of a container, but not what
 * it mounts.
 */
export function hasUsedImage({ status }: Pod, { name, image = "", mountedBy }: User): boolean {
  const ran = statusesOf(status).filter(({ containerID }) => containerID !== undefined);
  if (mountedBy !== undefined) return ran.some((each) => mountedBy.includes(each.name));
  return ran.some((each) => each.name === name && each.image === redactCredentials(image));
}
