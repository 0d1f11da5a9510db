import type { Pod } from "../../model/api/pod.ts";
import type { ProcessUser } from "../../model/confinement.ts";
import type { StoredImage } from "../../model/image/image.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { groupId, MAX_ID, parseGroup, parsePasswd, runAsNonRootViolation } from "../security/accounts.ts";

export type ImageUser =
  | { readonly ok: true; readonly user: ProcessUser; readonly home: string }
  | {
      readonly ok: false;
      readonly reason: "CreateContainerConfigError" | "CreateContainerError";
      readonly message: string;
    };

/**
 * Returns the user of the container: the pod's securityContext, or else the image's USER, by passwd and group of the
 * image.
 */
export function imageUser(
  container: Pick<ResolvedContainer, "pod" | "container" | "user">,
  image: Pick<StoredImage, "config" | "passwd" | "group">,
): ImageUser {
  const { user: requested } = container;
  const [name = "", groupName] = image.config.user.split(":");
  const accounts = parsePasswd(image.passwd);
  const isNumber = /^\d+$/.test(name);
  const account =
    requested.uid === undefined && !isNumber
      ? accounts.find((each) => each.name === (name || "root"))
      : accounts.find(({ uid }) => uid === (requested.uid ?? Number(name)));
  const uid =
    requested.uid ?? (isNumber ? Number(name) : (account?.uid ?? (name === "" || name === "root" ? 0 : undefined)));
  const violation = runAsNonRootViolation(
    container,
    requested.uid ?? (isNumber || name === "" ? uid : undefined),
    name,
  );
  if (violation !== undefined) return { ok: false, reason: "CreateContainerConfigError", message: violation };
  if (uid === undefined) return unknown(`user ${name}`, "passwd");
  const groups = parseGroup(image.group);
  const given = requested.uid === undefined && groupName ? groupId(groupName, groups) : undefined;
  if (given === "unknown") return unknown(`group ${groupName}`, "group");
  const gid = requested.gid ?? given ?? account?.gid ?? 0;
  if (uid > MAX_ID || gid > MAX_ID) return outOfRange(image.config.user);
  return {
    ok: true,
    user: { uid, gid, groups: memberships(container.pod, account?.name, groups).filter((id) => id !== gid) },
    home: account?.home || (uid === 0 ? "/root" : "/"),
  };
}

/**
 * Returns the IDs of the groups that the image's /etc/group gives the user; none with supplementalGroupsPolicy Strict
 * (KEP-3619).
 */
function memberships({ spec }: Pod, user: string | undefined, groups: ReturnType<typeof parseGroup>): number[] {
  if (user === undefined || spec.securityContext?.supplementalGroupsPolicy === "Strict") return [];
  const ids = groups.filter(({ members }) => members.includes(user)).map(({ gid }) => gid);
  return [...new Set(ids)].toSorted((a, b) => a - b);
}

function unknown(what: string, file: string): ImageUser {
  return {
    ok: false,
    reason: "CreateContainerError",
    message: `unable to find ${what}: no matching entries in ${file} file of the image`,
  };
}

function outOfRange(user: string): ImageUser {
  const message = `unable to run as the image's user ${user}: uids and gids must be in range 0-${MAX_ID}`;
  return { ok: false, reason: "CreateContainerError", message };
}
