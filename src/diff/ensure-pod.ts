import { eventFieldPath } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import { isBackingOff } from "../model/back-off.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import type { Step } from "../model/step.ts";
import type { DesiredContainer, Runnable } from "../model/translation.ts";
import type { ActualUnit, UnitName } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import { ADOPTION_DROP_IN } from "../unitfile/names.ts";
import { scheduleDeadline } from "./containers/deadline.ts";
import { lostExits } from "./containers/lost-exits.ts";
import { lostRootSteps } from "./containers/lost-root.ts";
import { mayStart, release } from "./containers/may-start.ts";
import { recoverMarks } from "./containers/recover-marks.ts";
import { remountSteps } from "./containers/remount.ts";
import { type RestartingPod, restartAll } from "./containers/restart-all.ts";
import { stopSidecars } from "./containers/sidecars.ts";
import { writeFiles } from "./pod-files.ts";
import { storageSteps } from "./storage.ts";
import { ensureAdopted, unitToAdopt } from "./units/adopted-units.ts";
import { applyLimits } from "./units/apply-limits.ts";
import { auxiliaryUnitSteps } from "./units/auxiliary-units.ts";
import { ensureUnit } from "./units/ensure-unit.ts";
import { unitOwner } from "./units/owner.ts";
import { isIdle, isStopping, isUnloadable, isUp } from "./units/unit-states.ts";

/** Returns the steps for a pod that should run. `own` are its existing units. */
export function ensurePod(translation: Runnable, own: readonly ActualUnit[], seen: World): Step[] {
  const { steps: marks, world } = recoverMarks(translation, seen);
  const { pod, slice, containers, auxiliaryUnits } = translation;
  const uid = pod.metadata.uid;
  const names = [slice.name, ...auxiliaryUnits.map(({ name }) => name), ...containers.map(({ unitName }) => unitName)];
  const units = names.map((name) => world.units.get(name));
  if (units.some((unit) => unit !== undefined && (unitOwner(unit, world)?.podUID ?? uid) !== uid)) return [];
  const unowned = units.find((unit) => unit?.text !== undefined && unit.identity === undefined);
  if (unowned !== undefined) return [occupied(translation, unowned)];
  const restart = restartAll(restarting(translation, world), world);
  if (restart === undefined) return [...marks, ...converge(translation, own, world)];
  if (restart.after === undefined) return [...marks, ...restart.steps];
  // The reset names the last exits, so it comes after their records.
  const lost = lostExits(translation, world);
  return lost.length > 0 ? lost : [...marks, ...restart.steps, ...converge(translation, own, restart.after)];
}

function restarting({ pod, containers }: Runnable, world: World): RestartingPod {
  const own = containers.filter(({ kind }) => kind !== "ephemeral");
  const units = own.flatMap(({ unitName }) => world.units.get(unitName) ?? []);
  return { uid: pod.metadata.uid, names: own.map(({ name }) => name), units, pod };
}

function converge(translation: Runnable, own: readonly ActualUnit[], world: World): Step[] {
  const { pod, slice, containers } = translation;
  const lost = lostExits(translation, world);
  const over = lost.length > 0 ? undefined : stopSidecars(translation, world);
  if (over !== undefined) return over;
  const steps = [
    ...lost,
    ...writeFiles(translation, world),
    ...storageSteps(translation, world),
    ...remountSteps(translation, world),
    ...ensureUnit(translation, slice, world.units.get(slice.name), world),
    ...applyLimits(translation, world),
    ...auxiliaryUnitSteps(translation, own, world),
    ...containers.flatMap((container) => ensureContainer(translation, container, world, lost.length > 0)),
    ...containers.flatMap((container) => reload(translation, container, world)),
  ];
  return [...scheduleDeadline(pod, steps, world.now), ...steps];
}

/** Signals a running container whose volume has changed. A container that starts now reads the new content anyway. */
function reload({ pod, volumes }: Runnable, { unitName, reload: request }: DesiredContainer, world: World): Step[] {
  const { uid } = pod.metadata;
  const actual = world.units.get(unitName);
  const before = world.directories.get(uid)?.volumes;
  const isNew = ({ name, digest }: Runnable["volumes"][number]) => before?.has(name) && before.get(name) !== digest;
  const changed = volumes.find((volume) => request?.volumes.includes(volume.name) && isNew(volume));
  if (request === undefined || changed === undefined || actual?.state?.active !== "active") return [];
  const because = `volume ${changed.name} has other content`;
  return [{ kind: "signal", uid, unit: unitName, signal: request.signal, because }];
}

function ensureContainer(translation: Runnable, container: DesiredContainer, world: World, justLost: boolean): Step[] {
  const { unit, unitName } = container;
  const uid = translation.pod.metadata.uid;
  const lostRoot = lostRootSteps(translation, container, world);
  if (unit === undefined || lostRoot.length > 0) return lostRoot;
  const actual = world.units.get(unitName) ?? unitToAdopt(container, world);
  const isOfHost = container.adopts !== undefined;
  const was = isOfHost ? undefined : actual?.identity;
  // Nothing that a drop-in has needs another start of a unit of the host.
  if (actual !== undefined && was !== undefined && was.specHash !== unit.identity.specHash && isUp(actual)) {
    const because = `container ${container.name} changed in the pod`;
    return isStopping(actual) ? [] : [{ kind: "stop", uid, unit: unitName, because }];
  }
  const steps = isOfHost ? ensureAdopted(translation, unit, world) : ensureUnit(translation, unit, actual, world);
  if (steps.some(({ kind }) => kind === "restart")) return steps;
  const histories = world.directories.get(uid)?.histories ?? new Map();
  const history: ContainerHistory = histories.get(container.name) ?? NO_HISTORY;
  const waits = justLost || isUnloadable(actual, world) || isBackingOff(history, unit.identity.specHash, world.now);
  const reason = isIdle(actual) && !waits ? mayStart(translation, container, histories) : undefined;
  if (reason === undefined) return steps;
  return [...steps, ...release(uid, container.name, history), start(translation, container, reason, world)];
}

function start(translation: Runnable, container: DesiredContainer, because: string, world: World): Step {
  const { pod } = translation;
  const step = { kind: "start", uid: pod.metadata.uid, unit: container.unitName, because } as const;
  if (isReconnected(translation) || !wasStoppedByHand(pod, container, world)) return step;
  const message = `Container ${container.name} was stopped on the host; starting it again`;
  const fieldPath = eventFieldPath("container", container.name);
  const event = { pod, type: "Warning", reason: "Drift", message, fieldPath, occurrence: String(world.now) } as const;
  return { ...step, because: "it was stopped on the host", event };
}

/**
 * True when an administrator has stopped the container: it has ended since the boot, and systemd would have restarted
 * it.
 */
function wasStoppedByHand(
  { metadata, status }: Pod,
  { name, kind, unit, unitName }: DesiredContainer,
  { directories, units, host }: World,
): boolean {
  const history = directories.get(metadata.uid)?.histories.get(name);
  const wasRunning = status?.containerStatuses?.find((each) => each.name === name)?.state.running !== undefined;
  const ended = history?.exits.at(-1)?.finishedAt ?? 0;
  const same = units.get(unitName)?.identity?.specHash === unit?.identity.specHash;
  return kind === "container" && wasRunning && same && !history?.restarted && ended > host.bootedAt;
}

/**
 * True when the pod has another address than its status: the run has stopped its sandbox and with it the containers
 * (auxiliary-units.ts). A container with a long grace period may have ended only since the last run.
 */
function isReconnected({ pod, network: { isHost, addresses } }: Runnable): boolean {
  const reported = (pod.status?.podIPs ?? []).map(({ ip }) => ip);
  return !isHost && addresses.some((address) => !reported.includes(address));
}

function occupied({ pod, containers }: Runnable, { name }: { readonly name: UnitName }): Step {
  const isOfHost = containers.some(({ unitName, adopts }) => unitName === name && adopts !== undefined);
  const what = isOfHost ? `The drop-in ${ADOPTION_DROP_IN} of unit ${name}` : `Unit ${name}`;
  const message = `${what} exists and is not unitlet's (it has no [X-Kubernetes] section): remove or rename it`;
  const event = { pod, type: "Warning", reason: "FailedCreate", message, occurrence: "" } as const;
  return { kind: "emit-event", uid: pod.metadata.uid, because: message, event };
}
