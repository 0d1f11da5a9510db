import { join } from "node:path";
import type { AutoUpdateState, PinnedImage, UpdateTarget } from "../../model/auto-update.ts";
import { parseImage } from "../../model/image/image-reference.ts";
import { STATE_DIR } from "../../model/paths.ts";
import { digest } from "../../unitfile/hash.ts";
import { list, readOptional, remove, writeAtomic } from "../files.ts";

export const AUTO_UPDATE_DIRECTORY = `${STATE_DIR}/auto-update`;
/** Exists while an update is under way, also after a reboot: the condition of unitlet-auto-update-resume.service. */
export const PENDING_UPDATE = join(AUTO_UPDATE_DIRECTORY, "pending");

/** Returns what this host remembers of updates. A file that is not as the command writes it counts as lost. */
export function readAutoUpdateStates(): readonly AutoUpdateState[] {
  return stateFiles().flatMap((path) => {
    try {
      const state = JSON.parse(readOptional(path) ?? "") as AutoUpdateState;
      return isState(state) && fileOf(state) === path ? [state] : [];
    } catch {
      return [];
    }
  });
}

/** Stores a state completely or not at all. Throws the errors of the file system. */
export function writeAutoUpdateState(state: AutoUpdateState): void {
  writeAtomic(fileOf(state), `${JSON.stringify(state)}\n`, 0o600);
}

export function removeAutoUpdateState(target: UpdateTarget): void {
  remove(fileOf(target));
}

/** Returns the paths that change with the states. */
export function autoUpdatePaths(): readonly string[] {
  return [AUTO_UPDATE_DIRECTORY, ...stateFiles()];
}

/** Returns the names of the images that an update under way may still need, the old and the new ones. */
export function namesInTrial(): readonly string[] {
  return readAutoUpdateStates().flatMap(({ containers, trial }) =>
    trial === undefined
      ? []
      : Object.entries(containers).flatMap(([name, { image, digest: current }]) => {
          const reference = parseImage(image);
          if (reference.kind !== "oci") return [];
          const digests = [current, trial.from[name], trial.to[name]].filter((each) => each !== undefined);
          return digests.map((each) => `${reference.repository}@${each}`);
        }),
  );
}

function stateFiles(): readonly string[] {
  return list(AUTO_UPDATE_DIRECTORY)
    .filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
    .map((name) => join(AUTO_UPDATE_DIRECTORY, name));
}

function fileOf({ kind, namespace, name }: UpdateTarget): string {
  return join(AUTO_UPDATE_DIRECTORY, `${digest(`${kind}/${namespace}/${name}`, 32)}.json`);
}

function isState({ kind, namespace, name, containers, trial, last }: AutoUpdateState): boolean {
  const areTexts = [kind, namespace, name].every((text) => typeof text === "string");
  const isTrial = trial === undefined || (isDigests(trial.from) && isDigests(trial.to));
  return (
    areTexts && Object.values(containers).every(isPin) && isTrial && (last === undefined || isChanges(last.changes))
  );
}

function isPin({ image, digest: current, first, failed }: PinnedImage): boolean {
  return (
    typeof image === "string" && isDigest(current) && isDigest(first) && (failed === undefined || isDigest(failed))
  );
}

function isDigests(digests: Readonly<Record<string, string>>): boolean {
  return Object.values(digests).every(isDigest);
}

function isChanges(changes: unknown): boolean {
  return Array.isArray(changes);
}

function isDigest(text: unknown): boolean {
  return typeof text === "string" && /^sha256:[0-9a-f]{64}$/.test(text);
}
