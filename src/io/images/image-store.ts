import { execFileSync } from "node:child_process";
import { renameSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { IMAGES, type ImageStore, PULLS, type StoredTree } from "../../model/image/image.ts";
import { podStateDir, STATE_DIR, storagePath } from "../../model/paths.ts";
import type { Storage } from "../../model/storage.ts";
import {
  exists,
  ignoreMissing,
  isDirectory,
  list,
  modifiedAt,
  readOptional,
  remove,
  writeBestEffort,
} from "../files.ts";
import { removeTree } from "../remove-tree.ts";
import { parseIndex, parseManifest } from "./image-config.ts";
import { readPackageStore } from "./package-store.ts";
import { readPins } from "./pins.ts";

const TREES = join(IMAGES, "trees");
const REFS = join(IMAGES, "refs");
const BLOBS = join(IMAGES, "blobs/sha256");
const TEMPORARY = join(IMAGES, "tmp");

/** Returns every stored image, and every package that was installed for a pod. docs/files.md has the formats. */
export function readStore(): readonly StoredTree[] {
  return [...readTrees(), ...readPackageStore()];
}

function readTrees(): readonly StoredTree[] {
  const trees = list(TREES);
  // Without images, which is usual, the directories of pods need not be read.
  if (trees.length === 0) return [];
  const names = new Map<string, string[]>();
  for (const key of list(REFS)) {
    const { name = "", digest = "" } = readRef(key);
    names.set(digest, [...(names.get(digest) ?? []), name].toSorted());
  }
  const users = readUsers();
  const pinned = readPins();
  return trees.map((hex) => {
    const home = join(TREES, hex);
    const pulledAt = modifiedAt(join(home, "size")) ?? 0;
    return {
      digest: `sha256:${hex}`,
      names: names.get(`sha256:${hex}`) ?? [],
      size: blobsOf(hex).size,
      diskSize: Number(readOptional(join(home, "size")) ?? 0),
      pulledAt,
      usedAt: Math.max(pulledAt, modifiedAt(join(home, "used")) ?? 0),
      users: users.get(join(home, "rootfs")) ?? [],
      ...(names.get(`sha256:${hex}`)?.some((name) => pinned.has(name)) && { isPinned: true }),
    };
  });
}

/** Returns the store only while more of its disk is in use than this fraction; undefined otherwise. */
export function readFullStore(threshold: number): ImageStore | undefined {
  const disk = ignoreMissing(() => statfsSync(IMAGES));
  if (disk === undefined) return undefined;
  const [diskTotal, diskUsed] = [disk.blocks * disk.bsize, (disk.blocks - disk.bavail) * disk.bsize];
  if (diskUsed <= threshold * diskTotal) return undefined;
  // Packages are stored below /usr: removing them frees nothing on another disk.
  const packages = statSync(IMAGES).dev === statSync("/usr").dev ? readPackageStore() : [];
  return { trees: [...readTrees(), ...packages], diskTotal, diskUsed };
}

function readRef(key: string): { readonly name?: string; readonly digest?: string } {
  const lines = (readOptional(join(REFS, key)) ?? "").split("\n");
  return Object.fromEntries(lines.map((line) => [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)]));
}

/** Returns the users of each tree: containers record their tree at each start, and pods the images of their volumes. */
function readUsers(): ReadonlyMap<string, string[]> {
  const users = new Map<string, string[]>();
  const add = (tree: string, user: string) => users.set(tree, [...(users.get(tree) ?? []), user]);
  for (const uid of list(join(STATE_DIR, "pods"))) {
    for (const container of list(join(podStateDir(uid), "roots")))
      add((readOptional(join(podStateDir(uid), "roots", container, "tree")) ?? "").trim(), `${uid}/${container}`);
    for (const storage of readSavedStorage(uid))
      if (storage.kind === "image") add(storage.tree, `${uid}/${storage.path.split("/").at(-2)}`);
  }
  return users;
}

/** Returns what was prepared for a pod's volumes; an empty list when the file cannot be parsed. */
function readSavedStorage(uid: string): readonly Storage[] {
  try {
    return JSON.parse(readOptional(storagePath(uid)) ?? "[]");
  } catch {
    return [];
  }
}

/** Records the use of a tree: of unused images, the least recently used one is removed first. */
export function markUsed(tree: string): void {
  writeBestEffort(join(dirname(tree), "used"), "", 0o600);
}

/** Returns how many bytes all images together use on the disk. */
export function diskSpace(): number {
  if (!isDirectory(IMAGES)) return 0;
  const args = ["-s", "--block-size=1", IMAGES];
  return Number.parseInt(execFileSync("du", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }), 10);
}

/** Returns the shared blobs that an image needs; none for a damaged image. */
function blobsOf(hex: string): { readonly digests: readonly string[]; readonly size: number } {
  try {
    const manifest = parseIndex(readOptional(join(TREES, hex, "index.json")) ?? "");
    const { config, layers, size } = parseManifest(readOptional(join(BLOBS, manifest.slice("sha256:".length))) ?? "");
    return { digests: [manifest, config, ...layers], size };
  } catch {
    return { digests: [], size: 0 };
  }
}

/**
 * Removes an image, under all its names, and the blobs that no other image needs. The tree is renamed first, so that no
 * container starts on half of it. It must not be called during a pull, because the new blobs belong to no image yet. A pull that a
 * command has just prepared, and that no unit shows yet, keeps its files.
 */
export function removeImage(digest: string): void {
  const hex = digest.slice("sha256:".length);
  for (const key of list(REFS)) if (readRef(key).digest === digest) remove(join(REFS, key));
  const gone = join(TEMPORARY, `${hex}.gone`);
  if (list(TREES).includes(hex)) {
    removeTree(gone, () => false);
    renameSync(join(TREES, hex), gone);
  }
  const needed = new Set(list(TREES).flatMap((other) => blobsOf(other).digests));
  for (const blob of list(BLOBS)) if (!needed.has(`sha256:${blob}`)) remove(join(BLOBS, blob));
  for (const leftover of list(TEMPORARY))
    if (!exists(join(PULLS, `${leftover}.request`))) removeTree(join(TEMPORARY, leftover), () => false);
}
