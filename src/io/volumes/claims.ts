import { chmodSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { CLAIMS, claimPath } from "../../model/paths.ts";
import { exists, ignoreMissing, isDirectory, list } from "../files.ts";
import { removeTree } from "../remove-tree.ts";

/** A claim that has a directory. */
export interface StoredClaim {
  readonly namespace: string;
  readonly name: string;
}

/** A directory that a deletion has not removed yet. No claim has such a name, because names begin with a letter or digit. */
const DELETED = ".deleted-";

/**
 * Creates the directory of a claim, which all users may write to: no user but root can enter the directories above it. The final
 * name means that the mode is right. What exists is not changed.
 */
export function makeClaim(path: string): void {
  if (exists(path)) return;
  const temporary = join(dirname(path), ".new");
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  chmodSync(temporary, 0o777);
  renameSync(temporary, path);
}

/** Returns true for a claim that has a directory. Names of pods are not checked by then, and one may be a path. */
export function hasClaim(namespace: string, name: string): boolean {
  return isName(namespace) && isName(name) && claimsOf(namespace).includes(name);
}

/** The kind of each is that in the directory above it: a run would wait for a share that is mounted there and does not answer. */
function claimsOf(namespace: string): readonly string[] {
  const entries = ignoreMissing(() => readdirSync(join(CLAIMS, namespace), { withFileTypes: true })) ?? [];
  const isThere = (name: string) => isDirectory(claimPath(namespace, name));
  return entries
    .filter((each) => isName(each.name) && (each.isDirectory() || (each.isSymbolicLink() && isThere(each.name))))
    .map(({ name }) => name)
    .toSorted();
}

function isName(text: string): boolean {
  return /^[a-z0-9][-.a-z0-9]*$/.test(text);
}

/** Returns all claims that have a directory, sorted by namespace and name. */
export function readClaims(): readonly StoredClaim[] {
  return list(CLAIMS)
    .filter(isName)
    .flatMap((namespace) => claimsOf(namespace).map((name) => ({ namespace, name })));
}

/**
 * Deletes the directory of a claim, and what an earlier deletion has left. The directory is renamed first, so that a pod which starts
 * later gets an empty one. Returns false, and leaves it, when a pod has begun to use it by then. Throws when a file system is mounted
 * in it.
 */
export function deleteClaim({ namespace, name }: StoredClaim, isUsed: () => boolean): boolean {
  const path = claimPath(namespace, name);
  const parent = dirname(path);
  const deleted = join(parent, `${DELETED}${process.hrtime.bigint()}`);
  renameSync(path, deleted);
  // A pod that has made a new directory does not use this one.
  if (isUsed() && !exists(path)) {
    renameSync(deleted, path);
    return false;
  }
  for (const left of list(parent).filter((each) => each.startsWith(DELETED)))
    while (!removeTree(join(parent, left), () => false)) {}
  return true;
}
