import { lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { CliError } from "../failure.ts";

/** The users whose files root takes: root itself, and the user of sudo. */
export interface Trusted {
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

export function trustedUsers(env: NodeJS.ProcessEnv): Trusted {
  const ids = (text: string | undefined) => (/^\d+$/.test(text ?? "") ? [0, Number(text)] : [0]);
  return { users: ids(env.SUDO_UID), groups: ids(env.SUDO_GID) };
}

/** Returns why other users could change a file or directory; undefined when they cannot. */
export function otherWriter(
  { uid, gid, mode }: Pick<Stats, "uid" | "gid" | "mode">,
  { users, groups }: Trusted,
): string | undefined {
  if (!users.includes(uid)) return `user ${uid} owns it`;
  // In a directory with the sticky bit, such as /tmp, a file can be replaced by its owner only.
  const isSticky = (mode & 0o170000) === 0o040000 && (mode & 0o1000) !== 0;
  if (isSticky) return undefined;
  if ((mode & 0o002) !== 0) return "every user can write to it";
  return (mode & 0o020) !== 0 && !groups.includes(gid) ? `group ${gid} can write to it` : undefined;
}

/**
 * Checks that no other user can change the file, or replace it or a directory above it. Returns its path without links: another user
 * may change a link that led there. Throws CliError.
 */
export function checkPath(path: string, trusted: Trusted): string {
  const real = realpathSync(path);
  for (let at = real; ; at = dirname(at)) {
    checkOwner(at, lstatSync(at), trusted);
    if (at === "/") return real;
  }
}

/** Throws CliError when another user could change the file. */
export function checkOwner(path: string, stats: Pick<Stats, "uid" | "gid" | "mode">, trusted: Trusted): void {
  const because = otherWriter(stats, trusted);
  if (because !== undefined)
    throw new CliError(
      `${path}: ${because}, so its files could become programs of root. Nothing was changed. Copy the release to a directory of your own`,
    );
}
