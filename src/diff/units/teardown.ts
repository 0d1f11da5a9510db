import { deletionGrace, stopTimeout } from "../../model/api/grace.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Step } from "../../model/step.ts";
import type { Translation } from "../../model/translation.ts";
import { type ActualUnit, isAuxiliary, isContainer } from "../../model/unit.ts";
import type { PodDirectory, World } from "../../model/world.ts";
import { stopOutputSockets } from "./output-sockets.ts";
import { withEvents } from "./stop-events.ts";
import { isIdle, isLoaded, isStopping, isUp } from "./unit-states.ts";

/** A pod that is to end, with its existing units. */
export interface Ending {
  readonly uid: string;
  readonly units: readonly ActualUnit[];
  readonly because: string;
  /** The pod's object; undefined when it has none any more, and so no owner to write an Event for. */
  readonly pod?: Pod;
}

/** Returns the steps that stop what still runs of a pod; none when nothing runs, and the pod can be removed. */
export function stopPod({ uid, units, because, pod }: Ending, directory: PodDirectory | undefined): Step[] {
  const containers = units.filter(isContainer);
  const running = containers.filter((unit) => !isIdle(unit) && !isStopping(unit));
  // The units are unlinked first: if the API server becomes unreachable now, a later run must not start the pod again.
  const unlink = containers
    .filter(({ linked }) => linked)
    .map((unit): Step => ({ kind: "unlink", uid, unit: unit.name, because }));
  if (running.length === 0) return unlink;
  const slice = units.find(({ identity }) => identity?.kind === "slice");
  // Stopping the slice stops all units in it, whatever state they are in; without it each one is stopped by name.
  // A unit whose file systemd has lost is not in the slice for systemd.
  const targets = slice === undefined ? running : [slice, ...running.filter(hasLostFile)];
  const stops = targets.map((unit): Step => ({ kind: "stop", uid, unit: unit.name, because }));
  return [...markStopping(uid, directory, because), ...unlink, ...withEvents(stops, pod, running)];
}

/** Records when the pod was first asked to stop, because grace periods count from then. */
export function markStopping(uid: string, directory: PodDirectory | undefined, because: string): Step[] {
  return directory?.stoppingSince === undefined ? [{ kind: "mark-stopping", uid, because }] : [];
}

/** Records the grace period of a delete when the units have another one. It counts from when this host learned of the first. */
export function writeGracePeriod(pod: Pod, units: readonly ActualUnit[], { directories }: World): Step[] {
  const { uid } = pod.metadata;
  const seconds = deletionGrace(pod);
  const up = units.filter((unit) => isContainer(unit) && isUp(unit));
  if (seconds === undefined || up.length === 0 || directories.get(uid)?.stoppingGrace === seconds) return [];
  if (!up.some(hasHelper) && seconds >= usualGrace(pod)) return [];
  return [{ kind: "write-grace-period", uid, seconds, because: "the delete has a grace period of its own" }];
}

/** A helper that has not ended its container this long after the grace period is considered dead. */
const HELPER_TIMEOUT_S = 10;

/**
 * Kills the containers whose grace period is over, where systemd does not: a delete has a shorter one than the units, a
 * container may send EXTEND_TIMEOUT_USEC, which could delay its end without limit, or systemd has lost the unit's file.
 */
export function enforceDeadline(pod: Pod, units: readonly ActualUnit[], world: World): Step[] {
  const { uid } = pod.metadata;
  const grace = deletionGrace(pod) ?? usualGrace(pod);
  const because = "the delete has a shorter grace period than the units";
  return enforceGrace({ uid, units, because, grace, isShorter: grace < usualGrace(pod) }, world);
}

/**
 * The seconds of a pod whose object was removed by force, also in the middle of a longer grace period
 * (`kuberuntime_manager.go: minimumGracePeriodInSeconds`, v1.36).
 */
const FORCED_GRACE_S = 2;

/** Gives the containers of a pod that has no object any more the smallest grace period, and kills them then. */
export function enforceForcedGrace(ending: Ending, world: World): Step[] {
  return shortenGrace(ending, FORCED_GRACE_S, world);
}

/**
 * Gives the containers a shorter grace period than their units have, and kills them then. `seconds` is undefined when the
 * pod has its own.
 */
export function shortenGrace({ uid, units, because }: Ending, seconds: number | undefined, world: World): Step[] {
  if (seconds === undefined || !units.some((unit) => isContainer(unit) && isUp(unit))) return [];
  const isKnown = world.directories.get(uid)?.stoppingGrace === seconds;
  const write: Step[] = isKnown ? [] : [{ kind: "write-grace-period", uid, seconds, because }];
  return [...write, ...enforceGrace({ uid, units, because, grace: seconds, isShorter: true }, world)];
}

interface Deadline extends Ending {
  /** Seconds. */
  readonly grace: number;
  /** The units have a longer grace period. */
  readonly isShorter: boolean;
}

function enforceGrace({ uid, units, because, grace, isShorter }: Deadline, { directories, now }: World): Step[] {
  const up = units.filter((unit) => isContainer(unit) && isUp(unit) && (isShorter || mayTakeLonger(unit)));
  if (up.length === 0) return [];
  const { stoppingSince, stoppingGrace } = directories.get(uid) ?? {};
  // The time is that of this host's clock: the API server's may differ by more than a grace period.
  const since = stoppingSince === undefined || (isShorter && stoppingGrace !== grace) ? now : stoppingSince;
  const deadline = (unit: ActualUnit) =>
    Math.ceil(since / 1000 + grace + (!isShorter || hasHelper(unit) ? HELPER_TIMEOUT_S : 0)) * 1000;
  return killOverdue({ uid, units: up, because: isShorter ? because : LONGER }, deadline, now);
}

const LONGER = "systemd may give a container more time than its grace period";

/**
 * The grace period of a container without a pod object, in seconds: only a delete without a grace period leaves one.
 * It is the API server's default (`core/v1/types.go: DefaultTerminationGracePeriodSeconds`, v1.36).
 */
const DEFAULT_GRACE_S = 30;

/**
 * Kills the containers of a pod that was not deleted by its grace period, when they may send EXTEND_TIMEOUT_USEC or lack
 * their file: a pod that the node ends, or whose object is gone. systemd ends all others in time.
 */
export function endExtensions({ uid, units, pod }: Ending, { directories, now }: World): Step[] {
  const up = units.filter((unit) => isContainer(unit) && isUp(unit) && mayTakeLonger(unit));
  if (up.length === 0) return [];
  const since = directories.get(uid)?.stoppingSince ?? now;
  const grace = pod === undefined ? DEFAULT_GRACE_S : usualGrace(pod);
  const deadline = Math.ceil(since / 1000 + grace + HELPER_TIMEOUT_S) * 1000;
  return killOverdue({ uid, units: up, because: LONGER }, () => deadline, now);
}

/** Kills the units whose deadline has passed, or schedules a run for the first deadline. */
function killOverdue({ uid, units, because }: Ending, deadline: (unit: ActualUnit) => Instant, now: Instant): Step[] {
  const overdue = units.filter((unit) => now >= deadline(unit));
  if (overdue.length === 0) return [{ kind: "schedule-run", uid, at: Math.min(...units.map(deadline)), because }];
  return overdue.map((unit) => ({ kind: "kill", uid, unit: unit.name, because: "its grace period is over" }));
}

/** True when the unit is stopped by container-stop, which applies the grace period itself. */
function hasHelper({ identity }: ActualUnit): boolean {
  return identity?.stopHelper ?? false;
}

/** True when the program has systemd's notification socket, or systemd has lost the grace period with the file. */
function mayTakeLonger(unit: ActualUnit): boolean {
  return hasLostFile(unit) || (unit.identity?.serviceType?.startsWith("notify") ?? false);
}

function hasLostFile({ state }: ActualUnit): boolean {
  return state !== undefined && state.load !== "loaded";
}

function usualGrace(pod: Pod): number {
  return Math.max(...pod.spec.containers.map((container) => stopTimeout(pod, container)));
}

/** Kills the programs of a pod that ends at once. The stop that follows keeps systemd from restarting them. */
export function killPod(translation: Translation, units: readonly ActualUnit[]): Step[] {
  if (translation.kind !== "rejected" || !translation.ended?.immediate) return [];
  const { message: because, pod } = translation;
  const up = units.filter((unit) => isContainer(unit) && isUp(unit));
  return up.map((unit): Step => ({ kind: "kill", uid: pod.metadata.uid, unit: unit.name, because }));
}

/**
 * Stops the auxiliary units once the containers are gone. Nothing is removed while, for example, a volume is mounted.
 */
export function stopAuxiliaryUnits({ uid, units, because }: Ending): Step[] {
  const busy = units.filter((unit) => isAuxiliary(unit) && !isIdle(unit));
  return busy.map((unit): Step => ({ kind: "stop-and-wait", uid, unit: unit.name, because }));
}

/** Removes every file of a pod that has ended. */
export function removePod({ uid, units, because }: Ending, world: World): Step[] {
  const steps = stopOutputSockets(uid, because, world);
  for (const unit of units) {
    if (unit.identity?.kind === "slice") {
      // A helper that was killed may have left processes, which would keep cgroups and units for ever.
      steps.push({ kind: "kill-left", uid, unit: unit.name, because });
      if (isUp(unit)) steps.push({ kind: "stop", uid, unit: unit.name, because });
    }
    steps.push({ kind: "remove-unit", uid, unit: unit.name, because }, ...unload(uid, unit, because));
  }
  if (world.directories.has(uid)) steps.push({ kind: "remove-pod", uid, because });
  return steps;
}

/**
 * Makes systemd unload a removed unit. A unit that started with the host's boot is referenced by multi-user.target, and
 * so stays loaded until a reload.
 */
function unload(uid: string, unit: ActualUnit, because: string): Step[] {
  if (unit.identity?.kind === "slice" || !isLoaded(unit)) return [];
  const reset: Step[] =
    unit.state?.active === "failed" ? [{ kind: "reset-failed", uid, unit: unit.name, because }] : [];
  return [...reset, { kind: "reload", uid: "", because: `${unit.name} is still loaded` }];
}
