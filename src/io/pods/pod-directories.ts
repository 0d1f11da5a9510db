import { uptime } from "node:os";
import { join } from "node:path";
import { HOSTS_FILE, podRunDir, podStateDir, RUN_DIR, STATE_DIR, storagePath } from "../../model/paths.ts";
import type { DesiredFile, DesiredVolume } from "../../model/step.ts";
import type { Storage } from "../../model/storage.ts";
import type { PodDirectory } from "../../model/world.ts";
import {
  exists,
  list,
  modifiedAt,
  readOptional,
  readRegular,
  rewriteInPlace,
  writeAtomic,
  writeBestEffort,
} from "../files.ts";
import { removeEventsOf } from "../kube/event-recorder.ts";
import { removeTree } from "../remove-tree.ts";
import { isPastDeadline } from "../run-deadline.ts";
import { checkRunSpace } from "../run-space.ts";
import { mountsBelow, unmountBelow } from "../volumes/mounts.ts";
import { readVolumes, writeVolume } from "../volumes/projected-volume.ts";
import { readRemount } from "../volumes/remount.ts";
import { prepareStorage, readFailures, readStorage } from "../volumes/storage.ts";
import { readHistory } from "./container-history.ts";
import { clearPendingSeal, markPendingSeal, pendingSeals, sealPending } from "./pending-seal.ts";
import { readNetwork } from "./read-network.ts";
import { readRestarted, readRestartRequest } from "./restart-all.ts";
import { seal, sealedDirectory, unseal } from "./seal.ts";

const STOPPING = "stopping";
const SEALED = "sealed";

/** Returns the content of /var/lib/unitlet/pods and /run/unitlet/pods by UID. */
export function readPodDirectories(): ReadonlyMap<string, PodDirectory> {
  const uids = new Set(
    [...list(`${STATE_DIR}/pods`), ...list(`${RUN_DIR}/pods`)].filter((name) => !name.startsWith(".")),
  );
  const mounts = mountsBelow(`${RUN_DIR}/pods`);
  return new Map([...uids].map((uid) => [uid, readPodDirectory(uid, mounts)]));
}

function readPodDirectory(uid: string, mounts: readonly string[]): PodDirectory {
  const data = list(podStateDir(uid));
  const volatile = list(podRunDir(uid));
  const containers = new Set(
    [...data, ...volatile]
      .map(
        (name) => /^(.+)\.(?:exits|finished|started|backoff|waiting|held|initialized|sidecar-started)$/.exec(name)?.[1],
      )
      .filter((name) => name !== undefined),
  );
  const environments = volatile.filter((name) =>
    /^[^.].*\.(env|enter|json|probes|pull-requested|subpaths)$|^hosts$|^resolv\.conf$/.test(name),
  );
  // Only listed files are read, because each missing file costs an exception, and a container lacks six.
  const names = new Set([...data, ...volatile]);
  const stoppingSince = names.has(STOPPING) ? modifiedAt(join(podRunDir(uid), STOPPING)) : undefined;
  const stoppingGrace = names.has(STOPPING)
    ? readOptional(join(podRunDir(uid), STOPPING))
        ?.trim()
        .split(" ")[1]
    : undefined;
  const restartAll = names.has("restart-all") ? readRestartRequest(uid) : undefined;
  const restarted = names.has("restarted") ? readRestarted(uid) : undefined;
  const remount = names.has("remount") ? readRemount(uid) : undefined;
  return {
    uid,
    ...readNetwork(uid, names, mounts),
    ...(restartAll ? { restartAll } : {}),
    ...(stoppingSince === undefined ? {} : { stoppingSince }),
    ...(stoppingGrace ? { stoppingGrace: Number(stoppingGrace) } : {}),
    sealed: names.has(SEALED),
    copies: new Set([...(names.has(SEALED) ? list(sealedDirectory(uid)) : []), ...pendingSeals(uid)]),
    hasStorageList: names.has("storage"),
    ...(remount && { remount }),
    roots: new Set(names.has("roots") ? list(`${podStateDir(uid)}/roots`) : []),
    temporary: new Set(names.has("tmp") ? list(`${podStateDir(uid)}/tmp`) : []),
    histories: new Map([...containers].map((name) => [name, readHistory(uid, name, names, restarted)])),
    files: new Map(environments.map((name) => [name, readRegular(join(podRunDir(uid), name)) ?? ""])),
    volumes: names.has("volumes") ? readVolumes(uid) : new Map(),
    storage: readStorage(uid, mounts),
    failures: readFailures(uid),
  };
}

/** Writes a file of a pod below /run/unitlet/pods, with mode 0400 unless it has another. */
export function writePodFile(pod: string, { name, text, uid, mode }: DesiredFile): void {
  checkRunSpace([text.length]);
  const path = join(podRunDir(pod), name);
  // Running containers have this file mounted, and a mount stays with the file that a rename replaces.
  if (name === HOSTS_FILE && rewriteInPlace(path, text)) return;
  writeAtomic(path, text, mode ?? 0o400, uid);
}

/**
 * Seals the files and volumes of a pod for a boot without the API server. Throws when the host cannot seal now; then they
 * wait for `sealPendingPods`.
 */
export function sealPod(uid: string, files: readonly DesiredFile[], volumes: readonly DesiredVolume[]): void {
  const texts = [
    ...files.map((file) => [file.name, JSON.stringify(file)] as const),
    ...volumes.map((volume) => [`${volume.name}.volume`, JSON.stringify(volume)] as const),
  ];
  try {
    for (const [name, text] of texts) sealText(uid, name, text);
    for (const [name] of texts) clearPendingSeal(uid, name);
  } catch (error) {
    for (const [name, text] of texts) markPendingSeal(uid, name, text);
    throw error;
  }
}

/** Seals what earlier runs could not seal. Throws when the host still cannot. */
export function sealPendingPods(): void {
  sealPending(sealText);
}

function sealText(uid: string, name: string, text: string): void {
  writeAtomic(join(sealedDirectory(uid), name), seal(text), 0o600);
}

/** Writes the sealed files and volumes of a pod, and prepares its storage. Throws when they cannot be decrypted. */
export function unsealPod(uid: string): void {
  for (const name of list(sealedDirectory(uid)).filter((each) => !each.startsWith("."))) {
    const content: unknown = JSON.parse(unseal(readOptional(join(sealedDirectory(uid), name)) ?? ""));
    if (name.endsWith(".volume")) writeVolume(uid, content as DesiredVolume);
    else writePodFile(uid, content as DesiredFile);
  }
  prepareStorage(uid, JSON.parse(readOptional(storagePath(uid)) ?? "[]") as readonly Storage[]);
}

/** Stores the storage that `unsealPod` prepares. It holds no secret. */
export function saveStorage(uid: string, all: readonly Storage[]): void {
  writeAtomic(storagePath(uid), JSON.stringify(all), 0o600);
}

/**
 * Records that a pod stops, with the grace period (seconds) of a deletion. The time is that of this host, because the clock of
 * the API server may differ. A later deletion with another grace period counts from then. `container-stop` reads the file.
 * Its times are seconds since boot.
 */
export function markStopping(uid: string, grace?: number): void {
  const path = join(podRunDir(uid), STOPPING);
  if (grace !== undefined) writeBestEffort(path, `${Math.ceil(uptime())} ${grace}\n`, 0o600);
  else if (!exists(path)) writeAtomic(path, "", 0o600);
}

/**
 * Removes the directories of a pod. The content of mounts, such as a path of the host or a share, is not removed. Throws
 * when a mount remains, or when the files take more than the time of one run.
 */
export function removePodDirectories(uid: string): void {
  const directories = [podRunDir(uid), podStateDir(uid)];
  for (const path of directories) unmountBelow(path);
  for (const path of directories)
    if (!removeTree(path, isPastDeadline)) throw new Error("it has too many files for one run: the next run continues");
  clearPendingSeal(uid);
  removeEventsOf(uid);
}
