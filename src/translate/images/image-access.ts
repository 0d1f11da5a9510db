import { statusesOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { StoredImage } from "../../model/image/image.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import { digest } from "../../unitfile/hash.ts";

/** By which one pod's credentials are known from another's; undefined for none, or for those of the host. */
export function pullCredentialKeys(auth: string | undefined): string | undefined {
  return auth === undefined ? undefined : digest(auth, 32);
}

/**
 * Whether a pod with these credentials may have an image that is here. One that had to be asked for with credentials is for
 * pods that have the same, others have to ask the registry with their own, or anybody could run what somebody else has pulled.
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
 * A container that has run on an image of this name was let in when it came, and with it all who use what it does: its Secret
 * may be gone, and the registry out of reach. Of this name: a pod can exchange the image of a container, not what it mounts.
 */
export function hasUsedImage({ status }: Pod, { name, image = "", mountedBy }: User): boolean {
  const ran = statusesOf(status).filter(({ containerID }) => containerID !== undefined);
  if (mountedBy !== undefined) return ran.some((each) => mountedBy.includes(each.name));
  return ran.some((each) => each.name === name && each.image === redactCredentials(image));
}
