import { namespacedName } from "../model/api/namespaced-name.ts";
import { toTimestamp } from "../model/api/time.ts";
import { redactCredentials } from "../model/image/image-reference.ts";
import type { Step } from "../model/step.ts";
import { storageKey } from "../model/storage.ts";
import { imageUnit } from "../unitfile/image-names.ts";

/** The words for a step in the journal and in `unitlet plan`: a message, and fields as in a line of the journal. */
export interface StepDescription {
  readonly message: Step["kind"];
  readonly fields: Readonly<Record<string, string>>;
}

export function describeStep(step: Step): StepDescription {
  return { message: step.kind, fields: { ...subjectOf(step), because: step.because } };
}

/** Returns what the step is about. No field ever holds a credential or the content of a file. */
function subjectOf(step: Step): Readonly<Record<string, string>> {
  if ("unit" in step) return step.kind === "signal" ? { unit: step.unit, signal: step.signal } : { unit: step.unit };
  switch (step.kind) {
    case "remount":
      return { units: step.containers.map(({ unit }) => unit).join(",") };
    case "write-mark":
      return { container: step.container, mark: step.mark.name };
    case "record-exit":
    case "release":
      return { container: step.container };
    case "reset-containers":
      return { containers: step.containers.map(({ name }) => name).join(",") };
    case "write-file":
      return { file: step.file.name };
    case "write-volume":
      return { volume: step.volume.name };
    case "prepare-volumes":
      return { paths: step.storage.map(storageKey).join(",") };
    case "write-grace-period":
      return { seconds: String(step.seconds) };
    case "schedule-run":
      return { at: toTimestamp(step.at) };
    case "pull":
      return { image: redactCredentials(step.pull.name) };
    case "cancel-pull":
      return { unit: imageUnit(step.key) };
    case "remove-image":
      return { image: step.names.join(",") || step.digest };
    case "write-journal-settings":
    case "remove-journal":
      return { namespace: step.namespace };
    case "remove-package":
      return { package: step.package };
    case "delete-pod-object":
      return { pod: namespacedName(step.pod.metadata) };
    default:
      return step.uid === "" ? {} : { uid: step.uid };
  }
}
