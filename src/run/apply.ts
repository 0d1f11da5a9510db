import { removeImage } from "../io/images/image-store.ts";
import { writePull } from "../io/images/images.ts";
import { writeRemoval } from "../io/images/package-store.ts";
import { appendExit } from "../io/pods/exit-records.ts";
import {
  markStopping,
  removePodDirectories,
  saveStorage,
  sealPod,
  unsealPod,
  writePodFile,
} from "../io/pods/pod-directories.ts";
import { reportProblem } from "../io/problems.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import { linkUnit, removeUnit, unlinkUnit, writeUnit } from "../io/systemd/unit-files.ts";
import { writeVolume } from "../io/volumes/projected-volume.ts";
import { prepareStorage } from "../io/volumes/storage.ts";
import type { Log } from "../log.ts";
import { redactCredentials } from "../model/image/shown-image.ts";
import type { DesiredFile, DesiredVolume, Step } from "../model/step.ts";
import type { PodSource } from "../ports.ts";
import { imageUnit } from "../unitfile/image-names.ts";

/** Steps whose doing is no news: they accompany one that is. */
const UNLOGGED: ReadonlySet<Step["kind"]> = new Set([
  "emit-event",
  "link",
  "unlink",
  "write-file",
  "write-volume",
  "prepare-volumes",
  "schedule-run",
  "write-grace-period",
  "reset-failed",
  "reload",
]);

/**
 * Longest time that a run waits for its starts and ends to come to theirs, in all and for the next of them: the next run
 * sees the rest. PID 1 forking a hundred containers ends no job for a second, and to give up then costs a status of each twice.
 */
const JOBS_TIMEOUT_MS = 4000;
const JOBS_QUIET_MS = 1500;

export interface Applied {
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly error: Error }[];
  /** False when starts or ends go on. */
  readonly jobsDone: boolean;
}

/**
 * Does the steps in their order; starts and stops are only queued, then the starts are waited for together. After a
 * failed step the later ones of the same pod are skipped, other pods go on.
 */
export async function apply(steps: readonly Step[], systemd: Systemd, source: PodSource, log: Log): Promise<Applied> {
  const done: Step[] = [];
  const failed: { step: Step; error: Error }[] = [];
  const broken = new Set<string>();
  const waits = steps.some(({ kind }) => kind === "start" || kind === "restart" || kind === "stop-and-wait");
  if (waits) await systemd.watchJobs();
  const perform = async (step: Step) => {
    try {
      await applyStep(step, systemd, source, log);
      done.push(step);
      if (!UNLOGGED.has(step.kind)) log.notice(step.kind, { ...stepFields(step), because: step.because });
    } catch (error) {
      broken.add(step.uid);
      failed.push({ step, error: error as Error });
      log.error(`cannot ${step.kind}`, { ...stepFields(step), because: (error as Error).message });
    }
  };
  for (const group of Map.groupBy(steps, ({ kind }) => kind).values()) {
    // Steps of one kind do not depend on each other: systemd and the API server are asked for all of them at once.
    await Promise.all(group.filter(({ uid }) => uid === "" || !broken.has(uid)).map(perform));
  }
  const jobsDone = !waits || (await systemd.settle(JOBS_TIMEOUT_MS, JOBS_QUIET_MS));
  return { done, failed, jobsDone };
}

function stepFields(step: Step): Readonly<Record<string, string>> {
  if ("unit" in step) return { unit: step.unit };
  if (step.kind === "pull") return { image: redactCredentials(step.pull.name) };
  if (step.kind === "remove-image") return { image: step.names.join(",") || step.digest };
  if (step.kind === "remove-package") return { package: step.package };
  if (step.kind === "cancel-pull") return { unit: imageUnit(step.key) };
  if (step.kind === "delete-pod-object") return { pod: `${step.pod.metadata.namespace}/${step.pod.metadata.name}` };
  return step.uid === "" ? {} : { uid: step.uid };
}

/** Needed at a later boot, if at all: that it cannot be done must not keep a pod from starting now. */
function trySeal(uid: string, files: readonly DesiredFile[], volumes: readonly DesiredVolume[], log: Log): void {
  try {
    sealPod(uid, files, volumes);
    reportProblem(log, "seal", undefined);
  } catch (error) {
    reportProblem(log, "seal", (error as Error).message);
  }
}

/** What is asked of systemd or of the source of pods; the rest is done with files. */
async function applyStep(step: Step, systemd: Systemd, source: PodSource, log: Log): Promise<void> {
  switch (step.kind) {
    case "emit-event":
      return;
    case "kill":
      return systemd.kill(step.unit);
    case "signal":
      return systemd.signal(step.unit, step.signal);
    case "stop":
      if (!step.podGoesOn) markStopping(step.uid);
      return systemd.stop(step.unit);
    case "stop-and-wait":
      return systemd.end(step.unit);
    case "schedule-run":
      return systemd.scheduleRun(`unitlet-deadline-${step.uid}-${step.at}`, step.at - Date.now());
    case "reset-failed":
      return systemd.resetFailed(step.unit);
    case "reload":
      return systemd.reload();
    case "start":
      return systemd.start(step.unit);
    case "restart":
      return systemd.restart(step.unit);
    case "pull":
      writePull(step.pull);
      return systemd.set(imageUnit(step.pull.key), true);
    case "remove-image":
      return removeImage(step.digest);
    case "remove-package":
      return systemd.set(writeRemoval(step.package), true);
    case "cancel-pull":
      return systemd.set(imageUnit(step.key), false);
    case "delete-pod-object":
      return source.forget(step.pod);
    default:
      return applyToFiles(step, log);
  }
}

type FileStep = Exclude<
  Step,
  {
    kind:
      | "emit-event"
      | "kill"
      | "signal"
      | "stop"
      | "stop-and-wait"
      | "schedule-run"
      | "reset-failed"
      | "reload"
      | "start"
      | "restart"
      | "delete-pod-object"
      | "pull"
      | "cancel-pull"
      | "remove-image"
      | "remove-package";
  }
>;

async function applyToFiles(step: FileStep, log: Log): Promise<void> {
  switch (step.kind) {
    case "write-grace-period":
      return markStopping(step.uid, step.seconds);
    case "record-exit":
      return appendExit(step.uid, step.container, step.record);
    case "remove-unit":
      return removeUnit(step.unit);
    case "unseal":
      return unsealPod(step.uid);
    case "remove-pod":
      return removePodDirectories(step.uid);
    case "write-file":
      writePodFile(step.uid, step.file);
      return trySeal(step.uid, [step.file], [], log);
    case "write-volume":
      writeVolume(step.uid, step.volume);
      return trySeal(step.uid, [], [step.volume], log);
    case "prepare-volumes":
      // First the note: what is mounted is known to be in use, whenever this is cut off.
      saveStorage(step.uid, step.all);
      return prepareStorage(step.uid, step.storage);
    case "write-unit":
      return writeUnit(step.unit, step.text, step.dropIns);
    case "link":
      return linkUnit(step.unit);
    case "unlink":
      return unlinkUnit(step.unit);
    default:
      step satisfies never;
  }
}
