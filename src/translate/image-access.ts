import { statusesOf } from "../model/containers.ts";
import type { StoredImage } from "../model/image.ts";
import type { Pod } from "../model/pod.ts";
import { digest } from "../unitfile/hash.ts";

/** By which one pod's credentials are known from another's; undefined for none, or for those of the host. */
export function accessOf(auth: string | undefined): string | undefined {
  return auth === undefined ? undefined : digest(auth, 32);
}

/**
 * Whether a pod with these credentials may have an image that is here. One that had to be asked for with credentials is for
 * pods that have the same, others have to ask the registry with their own, or anybody could run what somebody else has
 * pulled. A container that has run was let in when it came, and with it all who use what it does: its Secret may be gone, and the registry out of reach.
 */
export function mayHave(
  pod: Pod,
  users: readonly string[],
  { access }: StoredImage,
  auth: string | undefined,
): boolean {
  const own = accessOf(auth);
  if (access === undefined || (own !== undefined && access.includes(own))) return true;
  return statusesOf(pod.status).some((status) => users.includes(status.name) && status.containerID !== undefined);
}
