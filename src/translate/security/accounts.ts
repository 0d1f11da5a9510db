import type { ResolvedContainer } from "../resolved-container.ts";

/**
 * The largest ID that runtimes accept. For the kernel 4294967295 means "unchanged", which is root, and larger numbers
 * are truncated.
 */
export const MAX_ID = 2 ** 31 - 1;

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/**
 * Returns the message of `security_context_others.go: verifyRunAsNonRoot`, v1.36; undefined when the user is allowed.
 */
export function runAsNonRootViolation(
  { pod, container, user }: Pick<ResolvedContainer, "pod" | "container" | "user">,
  uid: number | undefined,
  name: string,
): string | undefined {
  const nonRoot = container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot;
  const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`;
  if (!nonRoot || (uid !== undefined && uid !== 0)) return undefined;
  if (user.uid === 0) return `container's runAsUser breaks non-root policy ${where}`;
  if (uid === 0) return `container has runAsNonRoot and image will run as root ${where}`;
  return `container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root ${where}`;
}

/**
 * Returns the accounts of /etc/passwd. Lines without a name or a numeric UID are left out; a GID that is no number is
 * 0.
 */
export function parsePasswd(text: string): Account[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid = "", gid = "", , home = ""] = line.split(":");
    return /^\d+$/.test(uid) && name ? [{ name, uid: Number(uid), gid: Number(gid) || 0, home }] : [];
  });
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/**
 * Returns the groups of /etc/group. Lines without a name, or with a GID that is no number or above MAX_ID, are left
 * out.
 */
export function parseGroup(text: string): Group[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , gid = "", members = ""] = line.trim().split(":");
    const isId = /^\d+$/.test(gid) && Number(gid) <= MAX_ID;
    return isId && name ? [{ name, gid: Number(gid), members: members.split(",") }] : [];
  });
}

/** Returns the ID of a group given by name or number. */
export function groupId(name: string, groups: readonly Group[]): number | "unknown" {
  if (/^\d+$/.test(name)) return Number(name);
  return groups.find((group) => group.name === name)?.gid ?? "unknown";
}
