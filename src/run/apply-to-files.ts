import { removeImage } from "../io/images/image-store.ts";
import { removeJournal, writeJournalSettings } from "../io/journal/journals.ts";
import { releaseContainer } from "../io/pods/exit-records.ts";
import { writeMark } from "../io/pods/marks.ts";
import { markStopping, removePodDirectories, saveStorage, unsealPod } from "../io/pods/pod-directories.ts";
import { resetContainers } from "../io/pods/restart-all.ts";
import { removeAdoption, writeAdoption } from "../io/systemd/adopted-units.ts";
import { linkUnit, removeUnit, unlinkUnit, writeUnit } from "../io/systemd/unit-files.ts";
import { prepareStorage } from "../io/volumes/storage.ts";
import type { Log } from "../log.ts";
import type { FileStep } from "../model/step.ts";
import { isHostUnit } from "../unitfile/names.ts";
import { recordExitOrKill } from "./record-exit.ts";
import { writeSealedFile, writeSealedVolume } from "./sealing.ts";

/** Does one step that changes files alone. */
export async function applyToFiles(step: FileStep, log: Log): Promise<void> {
  switch (step.kind) {
    case "mark-stopping":
      return markStopping(step.uid);
    case "write-grace-period":
      return markStopping(step.uid, step.seconds);
    case "record-exit":
      return recordExitOrKill(step);
    case "release":
      return releaseContainer(step.uid, step.container);
    case "reset-containers":
      return resetContainers(step.uid, step.containers);
    case "write-mark":
      return writeMark(step.uid, step.container, step.mark);
    case "remove-unit":
      return isHostUnit(step.unit) ? removeAdoption(step.unit) : removeUnit(step.unit);
    case "unseal":
      return unsealPod(step.uid);
    case "remove-pod":
      return removePodDirectories(step.uid);
    case "write-journal-settings":
      return writeJournalSettings(step.namespace, step.text, step.directory);
    case "remove-journal":
      return removeJournal(step.namespace);
    case "remove-image":
      return removeImage(step.digest);
    case "write-file":
      return writeSealedFile(step.uid, step.file, log);
    case "write-volume":
      return writeSealedVolume(step.uid, step.volume, log);
    case "prepare-volumes":
      return prepareVolumes(step);
    case "write-unit":
      return isHostUnit(step.unit) ? writeAdoption(step.unit, step) : writeUnit(step.unit, step);
    case "link":
      return linkUnit(step.unit, step.directory);
    case "unlink":
      return unlinkUnit(step.unit);
    default:
      step satisfies never;
  }
}

function prepareVolumes({ uid, storage, all }: Extract<FileStep, { kind: "prepare-volumes" }>): void {
  // The list is stored first: when the step is interrupted, its mounts are known to belong to the pod.
  saveStorage(uid, all);
  prepareStorage(uid, storage);
}
