import { lstatSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../io/config-files.ts";
import { ignoreMissing, list, remove } from "../../io/files.ts";
import { readDiskLevels } from "../../io/host/host.ts";
import { missingImageTools } from "../../io/images/image-tools.ts";
import { readPullRequest, seconds } from "../../io/images/images.ts";
import { EX_USAGE } from "../../model/exit-status.ts";
import type { Config } from "../../model/host/config.ts";
import { diskReserve } from "../../model/host/disk-reserve.ts";
import { type DesiredPull, IMAGES, PULLS } from "../../model/image/image.ts";
import { type OciReference, parseImage } from "../../model/image/image-reference.ts";
import { commandKey, imageKey, imageUnit } from "../../unitfile/image-names.ts";
import { pullUnits } from "../agent.ts";
import { CliError } from "../failure.ts";
import type { Progress } from "../progress.ts";
import { EndedEarly, runUnit } from "./unit-wait.ts";

const INTERVAL_MS = 500;

/** Returns the reference of an image of a registry. Throws CliError. */
export function ociReference(image: string): OciReference {
  const reference = parseImage(image);
  if (reference.kind === "oci") return reference;
  const because = reference.kind === "invalid" ? reference.because : "it is no image of a registry";
  throw new CliError(`"${image}": ${because}. Expected a name such as docker.io/library/nginx:1.25`, EX_USAGE);
}

/** Returns the configuration. Throws CliError, also when the host lacks the programs for images. */
export async function configForImages(): Promise<Config> {
  const missing = missingImageTools();
  if (missing.length > 0)
    throw new CliError(`this host has no ${missing.join(", ")}. Install the distribution's packages of these names`);
  const { config } = await readConfig().catch((error: Error) => {
    throw new CliError(error.message);
  });
  return config;
}

/** Returns the pull of an image for the host as a whole: with the host's own credentials, for all pods. */
export function commandedPull({ name, repository }: OciReference, config: Config): DesiredPull {
  const key = commandKey(imageKey({ kind: "oci", name }));
  const reserve = diskReserve(config, readDiskLevels());
  return { key, name, repository, reserve, isFirst: true, missing: [] };
}

/** Waits until another command has ended its pull of the same image, because both would use the same files. */
export async function untilIdle({ key, name }: DesiredPull, progress: Progress): Promise<void> {
  while (pullUnits().includes(`@${key}.service`)) {
    progress.state("waiting", `${name}: another command pulls it`, { name });
    await sleep(INTERVAL_MS);
  }
}

/**
 * Runs a pull whose files are written, and returns the digest of the image. Throws CliError with the reason of a failure, also after
 * `limit` milliseconds.
 */
export async function runPull({ key, name }: DesiredPull, progress: Progress, limit?: number): Promise<string> {
  const checked = checkedAt(name);
  await runUnit(imageUnit(key), () => showState(key, name, progress), limit);
  progress.clear();
  const failure = join(PULLS, `${key}.failed`);
  const message = readPullRequest(failure)?.get("message");
  // It is no failure that concerns a pod.
  remove(failure);
  if (message !== undefined) throw new CliError(`${name}: ${message}`);
  if (checkedAt(name) === checked)
    throw new EndedEarly(`${name}: the pull has ended early: journalctl -u 'unitlet-image*@${key}'`);
  return readReference(name)?.get("digest") ?? "";
}

function readReference(name: string): ReadonlyMap<string, string> | undefined {
  return readPullRequest(join(IMAGES, "refs", imageKey({ kind: "oci", name })));
}

/** Each pull that succeeds changes this time. */
function checkedAt(name: string): number | undefined {
  return seconds(readReference(name)?.get("checked"));
}

/** Shows what the pull does now. The files that it has fetched disappear when it unpacks them. */
function showState(key: string, name: string, progress: Progress): void {
  const blobs = join(IMAGES, "tmp", key, "fetch/blobs/sha256");
  const sizes = list(blobs).map((blob) => ignoreMissing(() => lstatSync(join(blobs, blob)))?.size ?? 0);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length === 0) progress.state("unpacking", `${name}: unpacking`, { name });
  else progress.state("fetching", `${name}: ${Math.ceil(bytes / 1e6)} MB fetched`, { name, bytes });
}
