import { eventFieldPath } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import { isTerminal, isTerminating } from "../../model/api/phase.ts";
import { GIVEN_BACK } from "../../model/exit-record.ts";
import type { Step } from "../../model/step.ts";
import type { DesiredContainer, Runnable, Translation } from "../../model/translation.ts";
import type { ActualUnit, DesiredUnit, UnitName } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { isIntact } from "../../unitfile/identity.ts";
import { unitDirectory } from "./unit-directory.ts";
import { isExecuting, isLoaded } from "./unit-states.ts";

const KILLED = "a run was killed before it had reloaded systemd";

/**
 * Returns a unit that a pod is about to adopt as the host has it: without an owner. Undefined for all other containers,
 * and for a unit that the host does not have.
 */
export function unitToAdopt({ adopts, unitName }: DesiredContainer, { hostUnits }: World): ActualUnit | undefined {
  const state = adopts === undefined ? undefined : hostUnits?.get(unitName)?.state;
  return state && { name: unitName, dropIns: [], linked: false, state };
}

/** Returns the steps that give a unit of the host the drop-in of the pod. None of them restarts the unit. */
export function ensureAdopted(translation: Runnable, unit: DesiredUnit, world: World): Step[] {
  const { uid } = translation.pod.metadata;
  const actual = world.units.get(unit.name);
  if (actual?.text === unit.text && !actual.misplaced) {
    if (world.unfinished === undefined) return [];
    return reread(uid, unit.identity.cgroup ?? "", KILLED);
  }
  const { because, event } = changeOf(translation, unit, actual, world);
  return [
    {
      ...{ kind: "write-unit", uid, unit: unit.name, text: unit.text, dropIns: [] },
      ...unitDirectory(world.config),
      because,
      ...(event && { event }),
    },
    ...reread(uid, unit.identity.cgroup ?? "", because),
  ];
}

function changeOf(
  { pod }: Runnable,
  { name, identity }: DesiredUnit,
  actual: ActualUnit | undefined,
  { now }: World,
): { readonly because: string; readonly event?: PodEvent } {
  const fieldPath = eventFieldPath(identity.kind, identity.container);
  if (actual?.text === undefined) {
    const message = `Unit ${name} is now container ${identity.container}`;
    const event = { pod, type: "Normal", reason: "Adopted", message, fieldPath, occurrence: "" } as const;
    return { because: "the pod adopts it", event };
  }
  if (isIntact(actual.text)) return { because: "the pod or the host changed" };
  const message = `The drop-in of unit ${name} was edited on the host; put back`;
  return {
    because: message,
    event: { pod, type: "Warning", reason: "Drift", message, fieldPath, occurrence: String(now) },
  };
}

/** Lets systemd read the drop-in again, and write the limits of the unit to its cgroup, which a reload may not do. */
function reread(uid: string, cgroup: string, because: string): Step[] {
  const slice = cgroup.split("/").at(-2);
  const apply: Step[] =
    slice === undefined
      ? []
      : [{ kind: "apply-limits", uid, unit: slice as UnitName, because: `${because}: its limits` }];
  return [{ kind: "reload", uid: "", because }, ...apply];
}

/**
 * Returns the steps that give units back to the host: of pods that end or are gone, or that name another unit now. Nothing
 * on the disk tells of a drop-in that a killed run has removed, and systemd has it until the next reload.
 */
export function giveBackUnits(
  world: World,
  adopted: readonly ActualUnit[],
  translations: readonly Translation[],
): Step[] {
  const byUID = new Map(translations.map((translation) => [translation.pod.metadata.uid, translation]));
  const broken = new Set(world.pods.broken?.map(({ pod }) => pod.metadata.uid));
  const reload: Step = { kind: "reload", uid: "", because: KILLED };
  const steps = adopted.flatMap((unit) => {
    const uid = unit.identity?.podUID ?? "";
    const translation = byUID.get(uid);
    if (translation === undefined)
      return world.pods.complete && !broken.has(uid) ? giveBack(unit, "the pod is gone", world) : [];
    const because = endOf(translation, unit, world);
    return because === undefined ? [] : giveBack(unit, because, world);
  });
  return world.unfinished === undefined ? steps : [...steps, reload];
}

/** Returns why a unit is no longer a container of the pod; undefined: it is. */
function endOf(translation: Translation, { name }: ActualUnit, { hostUnits }: World): string | undefined {
  const { pod } = translation;
  if (isTerminating(pod)) return "the pod is deleted";
  if (isTerminal(pod.status?.phase)) return "the pod has ended";
  if (translation.kind === "rejected") return translation.ended?.disruption ?? "the pod was rejected";
  if (!translation.containers.some(({ unitName }) => unitName === name)) return "the pod names another unit";
  const { id = name, type } = hostUnits?.get(name) ?? {};
  // systemd refuses a unit of this type with the drop-in.
  if (type === "oneshot") return "it has Type=oneshot now";
  return id === name ? undefined : `it is another name of ${id} now`;
}

/** The program runs on, so for the pod it has ended well. */
function giveBack(unit: ActualUnit, because: string, world: World): Step[] {
  const { podUID: uid = "", container = "", specHash = "", cgroup = "" } = unit.identity ?? {};
  const { invocation = "" } = unit;
  const history = world.directories.get(uid)?.histories.get(container);
  const isKnown = history?.exits.some((exit) => exit.invocation === invocation);
  const record: Step = {
    ...{ kind: "record-exit", uid, container, because },
    record: {
      ...{ invocation, result: GIVEN_BACK, code: "exited", status: "0", oomKilled: false, executed: true, specHash },
      startedAt: history?.started?.at ?? unit.startedAt ?? world.now,
      finishedAt: world.now,
    },
  };
  return [
    ...(isExecuting(unit) && !isKnown && world.directories.has(uid) ? [record] : []),
    { kind: "remove-unit", uid, unit: unit.name, because },
    ...(isLoaded(unit) ? reread(uid, cgroup, because) : []),
  ];
}
