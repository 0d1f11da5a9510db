import { chmodSync, chownSync, mkdirSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { podRunDir, volumePath } from "../../model/paths.ts";
import type { DesiredVolume, VolumeFile } from "../../model/step.ts";
import { exists, ignoreMissing, list, readOptional, remove, writeAtomic } from "../files.ts";

/** Beside the volume, where no container sees it: a digest of secrets is for nobody. Names of volumes have no dot. */
const digestPath = (uid: string, volume: string) => `${volumePath(uid, volume)}.digest`;

/** Digests of the volumes that are there whole, by their names. */
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
 * All files change at once: a new directory, then one rename of the ..data link, as the kubelet does it. Nobody but the
 * run can write there, so what it finds is its own.
 */
export function writeVolume(uid: string, volume: DesiredVolume): void {
  const path = volumePath(uid, volume.name);
  const previous = ignoreMissing(() => readlinkSync(join(path, "..data")));
  const generation = `..${Date.now()}-${process.pid}`;
  makeOpen(path, volume);
  makeOpen(join(path, generation), volume);
  for (const [name, file] of volume.files) writeVolumeFile(join(path, generation), name, file, volume);
  remove(join(path, "..data_tmp"));
  symlinkSync(generation, join(path, "..data_tmp"));
  renameSync(join(path, "..data_tmp"), join(path, "..data"));
  linkTops(path, new Set(volume.files.map(([name]) => name.split("/")[0] ?? name)), generation);
  if (previous !== undefined && previous !== generation) remove(join(path, previous));
  writeAtomic(digestPath(uid, volume.name), volume.digest, 0o600);
}

/** What containers see beside ..data: a link for each name of the first level, and nothing of what was. */
function linkTops(path: string, tops: ReadonlySet<string>, generation: string): void {
  for (const top of tops) if (!exists(join(path, top))) symlinkSync(join("..data", top), join(path, top));
  for (const name of list(path)) {
    const stale = name.startsWith("..") ? name !== "..data" && name !== generation : !tops.has(name);
    if (stale) remove(join(path, name));
  }
}

/** Containers of any user must get through, whatever our umask is; nobody else gets as far as here. */
function makeOpen(path: string, { gid }: DesiredVolume): void {
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
    makeOpen(join(root, name.slice(0, at)), volume);
  const path = join(root, name);
  writeFileSync(path, content, { mode: 0o600, encoding: base64 ? "base64" : "utf8" });
  chownSync(path, uid ?? 0, gid ?? 0);
  // A volume's group may read whatever the mode says, as the kubelet has it with volumes that nobody writes to.
  chmodSync(path, gid === undefined ? mode : mode | 0o440);
}
