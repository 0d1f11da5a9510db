import { hasPendingSeals } from "../io/pods/pending-seal.ts";
import { sealPendingPods, sealPod, writePodFile } from "../io/pods/pod-directories.ts";
import { keepKey } from "../io/pods/seal.ts";
import { reportProblem } from "../io/problems.ts";
import { isPastDeadline } from "../io/run-deadline.ts";
import { writeVolume } from "../io/volumes/projected-volume.ts";
import type { Log } from "../log.ts";
import type { DesiredFile, DesiredVolume } from "../model/step.ts";

/** Writes a file of the pod, and seals a copy for a boot without the API server. Throws when it cannot be written. */
export function writeSealedFile(uid: string, file: DesiredFile, log: Log): void {
  writePodFile(uid, file);
  reportSealing(log, () => sealPod(uid, [file], []));
}

/** Writes a volume of the pod, and seals a copy for a boot without the API server. Throws when it cannot be written. */
export function writeSealedVolume(uid: string, volume: DesiredVolume, log: Log): void {
  // Ten thousand files take a second, and a pod may name thousands of such volumes.
  if (isPastDeadline()) throw new Error("its files are too many for one run: the next run continues");
  writeVolume(uid, volume);
  reportSealing(log, () => sealPod(uid, [], [volume]));
}

/** Keeps the key with which the copies are sealed. That it is there does not mean that the host can seal. */
export function keepSealKey(log: Log): void {
  try {
    keepKey();
  } catch (error) {
    reportProblem(log, "seal", (error as Error).message);
  }
}

/** Seals the files and volumes that earlier runs could not seal. */
export function sealPendingFiles(log: Log): void {
  if (hasPendingSeals()) reportSealing(log, sealPendingPods);
}

/** Sealed copies are needed at a later boot only, so a host that cannot seal starts its pods all the same. */
function reportSealing(log: Log, seal: () => void): void {
  try {
    seal();
    reportProblem(log, "seal", undefined);
  } catch (error) {
    reportProblem(log, "seal", (error as Error).message);
  }
}
