import { join } from "node:path";
import type { Instant } from "../../model/api/time.ts";
import {
  type FailedPull,
  IMAGES,
  type ImageConfig,
  type Images,
  PULLS,
  type StoredImage,
} from "../../model/image/image.ts";
import { pulledBy } from "../../unitfile/image-names.ts";
import { exists, isDirectory, readOptional } from "../files.ts";
import type { Listing } from "../systemd/systemd.ts";
import { parseImageConfig, parseIndex, parseManifest } from "./image-config.ts";
import { directoryInImage, readImageFile } from "./image-file.ts";
import { missingImageTools } from "./image-tools.ts";

/** Returns the state of the images with these keys on the host. docs/files.md has the formats. */
export function readImages(keys: ReadonlySet<string>, listing: Listing, now: Instant): Images {
  const of = <T>(read: (key: string) => T | undefined) =>
    new Map(
      [...keys].flatMap((key) => {
        const value = read(key);
        return value === undefined ? [] : [[key, value] as const];
      }),
    );
  const running = [...listing].filter(
    ([, { active, job }]) => job === "start" || !["inactive", "failed"].includes(active),
  );
  return {
    at: now,
    stored: of(readStored),
    failed: of(readFailed),
    pulling: new Set(running.map(([name]) => pulledBy(name)).filter((key) => key !== undefined)),
    ...(keys.size > 0 && { ...readSeccompProfile(), ...readCapabilities() }),
    missingTools: keys.size > 0 ? missingImageTools() : [],
  };
}

function readCapabilities(): Pick<Images, "capabilities"> {
  const bound = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readOptional("/proc/1/status") ?? "")?.[1];
  return bound === undefined ? {} : { capabilities: BigInt(`0x${bound}`) };
}

/** Reads the profile of the distribution's package containers-common. */
function readSeccompProfile(): Pick<Images, "seccompProfile"> {
  try {
    return { seccompProfile: JSON.parse(readOptional("/usr/share/containers/seccomp.json") ?? "") };
  } catch {
    return {};
  }
}

function readStored(key: string): StoredImage | undefined {
  const record = readPullRequest(join(IMAGES, "refs", key));
  const digest = record?.get("digest") ?? "";
  const home = join(IMAGES, "trees", digest.replace(/^sha256:/, ""));
  if (record === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest) || !isDirectory(join(home, "rootfs")))
    return undefined;
  try {
    const manifest = parseManifest(readBlob(parseIndex(readOptional(join(home, "index.json")) ?? "")));
    const from = seconds(record.get("pulled"));
    const to = seconds(record.get("ended"));
    return {
      name: record.get("name") ?? "",
      digest,
      tree: join(home, "rootfs"),
      checkedAt: seconds(record.get("checked")) ?? 0,
      ...readAccess(record.get("access")),
      ...(from !== undefined && to !== undefined && { pulled: { from, to } }),
      size: manifest.size,
      diskSize: Number(record.get("size") ?? 0),
      config: withVolumes(parseImageConfig(readBlob(manifest.config)), join(home, "rootfs")),
      // The helper image-archive makes this file.
      ...(exists(join(home, "payload")) && { isLaidOverHost: true }),
      passwd: readImageFile(join(home, "rootfs"), "etc/passwd"),
      group: readImageFile(join(home, "rootfs"), "etc/group"),
    };
  } catch {
    // A damaged image counts as absent, so that it is pulled again.
    return undefined;
  }
}

function readAccess(text: string | undefined): Pick<StoredImage, "access"> {
  return text === undefined || text === "all" ? {} : { access: text.split(" ") };
}

/** An image that declares more volumes gets none. */
const MAX_VOLUMES = 100;

function withVolumes(config: ImageConfig, tree: string): ImageConfig {
  if (config.volumes.length > MAX_VOLUMES) return { ...config, volumes: [] };
  const found = config.volumes.map((path) => directoryInImage(tree, path));
  return { ...config, volumes: [...new Set(found)].filter((path) => path !== undefined && path !== "/") as string[] };
}

function readFailed(key: string): FailedPull | undefined {
  const record = readPullRequest(join(PULLS, `${key}.failed`));
  const at = seconds(record?.get("at"));
  if (record === undefined || at === undefined) return undefined;
  return { message: record.get("message") ?? "", at, count: Number(record.get("count") ?? 1) };
}

/** Reads lines of a word, a space and a value; undefined when there is no file. */
export function readPullRequest(path: string): ReadonlyMap<string, string> | undefined {
  const text = readOptional(path);
  if (text === undefined) return undefined;
  const lines = text.split("\n").filter((line) => line.includes(" "));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
}

/** Converts a text with seconds since the epoch to milliseconds; undefined when it is no number. */
export function seconds(text: string | undefined): number | undefined {
  const value = Math.round(Number(text) * 1000);
  return Number.isFinite(value) ? value : undefined;
}

function readBlob(digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${JSON.stringify(digest)} is not a sha256 digest`);
  return readOptional(join(IMAGES, "blobs/sha256", digest.slice("sha256:".length))) ?? "";
}
