import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { podRunDir, volumePath } from "../../model/paths.ts";
import type { DesiredVolume, VolumeFile } from "../../model/step.ts";
import { exists, list, readOptional, remove, writeAtomic } from "../files.ts";
import { checkRunSpace } from "../run-space.ts";
import { markRemount } from "./remount.ts";

/** The digest is beside the volume, because containers must not see a digest of secrets. Names of volumes have no dot. */
const digestPath = (uid: string, volume: string) => `${volumePath(uid, volume)}.digest`;

/** Returns the digests of the complete volumes by name. */
export function readVolumes(uid: string): ReadonlyMap<string, string> {
  const names = list(`${podRunDir(uid)}/volumes`).filter((name) => !name.includes("."));
  return new Map(
    names.flatMap((name) => {
      const digest = exists(join(volumePath(uid, name), "..data")) ? readOptional(digestPath(uid, name)) : undefined;
      return digest === undefined ? [] : [[name, digest]];
    }),
  );
}

/**
 * Writes a volume so that all files change at once: into a new directory, and then by one rename of the link `..data`
 * (`atomic_writer.go: Write`, v1.36). Only the run can write there, so the files that it finds are its own.
 */
export function writeVolume(uid: string, volume: DesiredVolume): void {
  checkRunSpace(volume.files.map(([, { content }]) => content.length));
  const path = volumePath(uid, volume.name);
  if (!exists(path)) markRemount(uid, volume.name);
  const generation = `..${Date.now()}-${process.pid}`;
  makeAccessibleDirectory(path, volume);
  writeGeneration(join(path, generation), volume);
  remove(join(path, "..data_tmp"));
  symlinkSync(generation, join(path, "..data_tmp"));
  renameSync(join(path, "..data_tmp"), join(path, "..data"));
  linkTopLevel(path, new Set(volume.files.map(([name]) => name.split("/")[0] ?? name)), generation);
  writeAtomic(digestPath(uid, volume.name), volume.digest, 0o600);
}

/**
 * Writes all files into a new directory. When one cannot be written, the directory is removed again. The error then
 * names volume and file only, because the same words each time make one Event with a count.
 */
function writeGeneration(path: string, volume: DesiredVolume): void {
  makeAccessibleDirectory(path, volume);
  for (const [name, file] of volume.files) {
    try {
      writeVolumeFile(path, name, file, volume);
    } catch (error) {
      remove(path);
      // The rest of Node's message is the path, which has a different number in each run.
      const [because] = (error as Error).message.split(",");
      throw new Error(`volume ${volume.name}: file ${name}: ${because}`, { cause: error });
    }
  }
}

/**
 * Creates a link for each name of the first level, and removes the links and directories of older content (`atomic_writer.go:
 * createUserVisibleFiles` and `removeUserVisiblePaths`, v1.36). The old directory is found by its name: what `..data` pointed
 * to is not believed.
 */
function linkTopLevel(path: string, tops: ReadonlySet<string>, generation: string): void {
  for (const top of tops) {
    if (isLink(join(path, top))) continue;
    // A subPath has made a directory for a file that was not in the volume.
    remove(join(path, top));
    symlinkSync(join("..data", top), join(path, top));
  }
  for (const name of list(path)) {
    const stale = name.startsWith("..") ? name !== "..data" && name !== generation : !tops.has(name);
    if (stale) remove(join(path, name));
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Creates a directory that containers of every user can enter, regardless of the umask. Other users cannot reach it. */
function makeAccessibleDirectory(path: string, { gid }: DesiredVolume): void {
  mkdirSync(path, { recursive: true });
  if (gid !== undefined) chownSync(path, 0, gid);
  chmodSync(path, gid === undefined ? 0o755 : 0o2755);
}

function writeVolumeFile(
  root: string,
  name: string,
  { content, base64, mode, uid }: VolumeFile,
  volume: DesiredVolume,
) {
  const { gid } = volume;
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1))
    makeAccessibleDirectory(join(root, name.slice(0, at)), volume);
  const path = join(root, name);
  writeFileSync(path, content, { mode: 0o600, encoding: base64 ? "base64" : "utf8" });
  chownSync(path, uid ?? 0, gid ?? 0);
  // The fsGroup may read every file of a read-only volume (`volume/volume_linux.go: changeFilePermission`, roMask, v1.36).
  chmodSync(path, gid === undefined ? mode : mode | 0o440);
}
