import { writeRemoval } from "../io/images/package-store.ts";
import { writePull } from "../io/images/pull-files.ts";
import { ApiError } from "../io/kube/api-error.ts";
import { cgroupsOf, removeCgroups } from "../io/systemd/left-cgroups.ts";
import type { Systemd } from "../io/systemd/systemd.ts";
import { beginReload, endReload } from "../io/systemd/unfinished.ts";
import type { Log } from "../log.ts";
import type { Step } from "../model/step.ts";
import type { UnitName } from "../model/unit.ts";
import type { PodSource } from "../ports.ts";
import { describeStep } from "../report/describe-step.ts";
import { imageUnit } from "../unitfile/image-names.ts";
import { applyToFiles } from "./apply-to-files.ts";
import { remountOrRestart } from "./remount.ts";
import { sealPendingFiles } from "./sealing.ts";

/** Steps that the journal leaves out, because each accompanies one that it has. */
const UNLOGGED: ReadonlySet<Step["kind"]> = new Set([
  "emit-event",
  "link",
  "unlink",
  "write-file",
  "write-volume",
  "prepare-volumes",
  "schedule-run",
  "kill-left",
  "mark-stopping",
  "write-grace-period",
  "reset-failed",
  "release",
  "reload",
]);

/** Steps whose jobs the run waits for. */
const WAITED: ReadonlySet<Step["kind"]> = new Set(["start", "restart", "stop-and-wait", "apply-limits"]);

/**
 * The longest time that a run waits for its jobs, in all and without any of them ending; the next run sees the rest.
 * While PID 1 forks a hundred containers no job ends for a second, and a run that gives up then writes each status
 * twice.
 */
const JOBS_TIMEOUT_MS = 4000;
const JOBS_QUIET_MS = 1500;

export interface Applied {
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly error: Error }[];
  /** False when starts or stops are still under way. */
  readonly jobsDone: boolean;
}

export interface ApplyPorts {
  readonly systemd: Systemd;
  readonly source: PodSource;
  readonly log: Log;
  readonly libDir: string;
}

/** Does the steps, and waits for their starts and stops together. */
export async function apply(steps: readonly Step[], ports: ApplyPorts): Promise<Applied> {
  const applied = await applySteps(steps, ports);
  return { ...applied, jobsDone: await waitForJobs(steps, ports) };
}

/** Waits for the starts and stops of these steps; with `units`, for those of these units alone. Returns false when some are left. */
export async function waitForJobs(
  steps: readonly Step[],
  { systemd }: Pick<ApplyPorts, "systemd">,
  units?: ReadonlySet<UnitName>,
): Promise<boolean> {
  return !steps.some(isWaitedFor) || (await systemd.waitForJobs(JOBS_TIMEOUT_MS, JOBS_QUIET_MS, units));
}

function isWaitedFor({ kind }: Step): boolean {
  return WAITED.has(kind);
}

/**
 * Does the steps in their order. Starts and stops are only queued. After a failed step the later ones of the same pod are
 * skipped; other pods go on.
 */
export async function applySteps(steps: readonly Step[], ports: ApplyPorts): Promise<Omit<Applied, "jobsDone">> {
  const { systemd, log } = ports;
  const done: Step[] = [];
  const failed: { step: Step; error: Error }[] = [];
  const broken = new Set<string>();
  if (steps.some(isWaitedFor)) await systemd.watchJobs();
  const perform = async (step: Step) => {
    const { message, fields } = describeStep(step);
    try {
      await applyStep(step, ports);
      done.push(step);
      if (!UNLOGGED.has(step.kind)) log.notice(message, fields);
    } catch (error) {
      broken.add(step.uid);
      const { isHeld = false, isTold = false } = error instanceof ApiError ? error : {};
      if (!isHeld) failed.push({ step, error: error as Error });
      if (!isTold) log.error(`cannot ${message}`, { ...fields, because: (error as Error).message });
    }
  };
  const reloads = steps.some(({ kind }) => kind === "reload");
  if (reloads) beginReload(steps.flatMap((step) => (step.kind === "restart" ? [step.unit] : [])));
  for (const group of Map.groupBy(steps, ({ kind }) => kind).values()) {
    // Steps of one kind do not depend on each other, so all requests to systemd and the API server are sent at once.
    await Promise.all(group.filter(({ uid }) => uid === "" || !broken.has(uid)).map(perform));
  }
  if (reloads && failed.every(({ step: { kind } }) => kind !== "reload" && kind !== "restart")) endReload();
  sealPendingFiles(log);
  return { done, failed };
}

/** Does one step: a request to systemd or to the source of pods, or a change of files. */
async function applyStep(step: Step, ports: ApplyPorts): Promise<void> {
  const { systemd, source, log } = ports;
  switch (step.kind) {
    case "remount":
      return remountOrRestart(step, ports);
    case "emit-event":
      return;
    case "kill":
      return systemd.kill(step.unit, "main");
    case "kill-left":
      return killLeft(step.unit, systemd);
    case "signal":
      return systemd.signal(step.unit, step.signal);
    case "stop":
      return systemd.stop(step.unit);
    case "stop-and-wait":
      return systemd.stopAndWait(step.unit);
    case "schedule-run":
      return systemd.scheduleRun(`unitlet-deadline-${step.at}`, step.at);
    case "reset-failed":
      return systemd.resetFailed(step.unit);
    case "reload":
      return systemd.reload();
    case "set-limits":
    case "apply-limits":
      return systemd.applyLimits(step.unit, "limits" in step ? step.limits : undefined);
    case "start":
      return systemd.start(step.unit);
    case "restart":
      return systemd.restart(step.unit);
    case "pull":
      writePull(step.pull);
      return systemd.set(imageUnit(step.pull.key), true);
    case "remove-package":
      return systemd.set(writeRemoval(step.package), true);
    case "cancel-pull":
      return systemd.set(imageUnit(step.key), false);
    case "delete-pod-object":
      return source.deletePodObject(step.pod);
    default:
      return applyToFiles(step, log);
  }
}

/** Kills what is left in a slice. Nearly always systemd has removed the cgroups of the slice, and nothing is left. */
async function killLeft(slice: UnitName, systemd: Systemd): Promise<void> {
  const groups = cgroupsOf(slice);
  if (groups.length === 0) return;
  await systemd.kill(slice, "all");
  await removeCgroups(groups);
}
