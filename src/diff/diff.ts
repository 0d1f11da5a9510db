import { statusesOf } from "../model/api/containers.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminal, isTerminating } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { CgroupLimits } from "../model/host/cgroup-limits.ts";
import type { NodeSlice } from "../model/host/node-slices.ts";
import type { Step, StepKind } from "../model/step.ts";
import type { Translation } from "../model/translation.ts";
import { type ActualUnit, isAdopted } from "../model/unit.ts";
import type { World } from "../model/world.ts";
import { lostExits } from "./containers/lost-exits.ts";
import { keepLoadedUnits } from "./containers/start-loaded-units.ts";
import { ensurePod } from "./ensure-pod.ts";
import { collectGarbage } from "./image-gc.ts";
import { journalSteps } from "./journals.ts";
import { nodeSliceSteps } from "./node-slices.ts";
import { pullSteps } from "./pulls.ts";
import { timerSteps } from "./timers.ts";
import { giveBackUnits } from "./units/adopted-units.ts";
import { extendGracePeriod } from "./units/extend-grace-period.ts";
import { stopOrphanedSockets } from "./units/output-sockets.ts";
import { unitOwner } from "./units/owner.ts";
import {
  type Ending,
  endExtensions,
  enforceDeadline,
  enforceForcedGrace,
  killPod,
  removePod,
  shortenGrace,
  stopAuxiliaryUnits,
  stopPod,
  writeGracePeriod,
} from "./units/teardown.ts";
import { isBusyContainer } from "./units/unit-states.ts";

/** The order in which the steps of all pods are applied. */
const PHASE = {
  "record-exit": 0,
  "write-mark": 0,
  "emit-event": 1,
  "write-grace-period": 2,
  kill: 2,
  "kill-left": 2,
  "mark-stopping": 3,
  unlink: 3,
  stop: 4,
  "stop-and-wait": 4,
  "schedule-run": 5,
  "reset-failed": 6,
  "remove-unit": 6,
  "remove-pod": 7,
  "reset-containers": 7,
  unseal: 7,
  "remove-image": 8,
  "remove-package": 8,
  "remove-journal": 8,
  "write-journal-settings": 8,
  "cancel-pull": 8,
  pull: 8,
  "write-file": 8,
  "write-volume": 9,
  "prepare-volumes": 10,
  signal: 11,
  "write-unit": 11,
  link: 12,
  reload: 13,
  "set-limits": 14,
  release: 13,
  "apply-limits": 14,
  restart: 15,
  start: 16,
  remount: 16,
  "delete-pod-object": 17,
} as const satisfies Record<StepKind, number>;

/** Returns the steps that bring the host to the state that the pods ask for; none when the host is in that state. */
export function diff(
  world: World,
  translations: readonly Translation[],
  slices: ReadonlyMap<NodeSlice, CgroupLimits> = new Map(),
): Step[] {
  const ours = [...world.units.values()].flatMap((unit) => {
    const identity = unitOwner(unit, world);
    return identity === undefined ? [] : [{ ...unit, identity }];
  });
  const units = Map.groupBy(
    ours.filter((unit) => !isAdopted(unit)),
    ({ identity }) => identity.podUID,
  );
  const steps = translations.flatMap((translation) =>
    podSteps(translation, units.get(translation.pod.metadata.uid) ?? [], world),
  );
  steps.push(
    ...giveBackUnits(world, ours.filter(isAdopted), translations),
    ...pullSteps(world, translations),
    ...collectGarbage(world, translations),
    ...journalSteps(world, translations),
    ...nodeSliceSteps(world, slices),
    ...timerSteps(world),
  );
  const { broken = [] } = world.pods;
  const listed = new Set([...translations, ...broken].map(({ pod }) => pod.metadata.uid));
  if (!world.pods.complete) {
    // A pod that is missing in an incomplete list may still exist, unless another pod has its name.
    const replaced = [...units].filter(([uid, own]) => !listed.has(uid) && own.some(isNamedAs(translations)));
    for (const [uid, own] of replaced)
      steps.push(...endPod({ uid, units: own, because: "another pod has its name" }, world));
    return ordered([...steps, ...keepLoadedUnits(world, new Set([...listed, ...replaced.map(([uid]) => uid)]))]);
  }
  const uids = new Set([...units.keys(), ...world.directories.keys()]);
  for (const uid of uids) {
    if (listed.has(uid)) continue;
    const ending: Ending = { uid, units: units.get(uid) ?? [], because: "the pod is gone" };
    steps.push(
      ...endPod(ending, world),
      // On a standalone host `unitlet delete` may have written a grace period.
      ...(world.config.cluster === undefined
        ? shortenGrace(ending, world.directories.get(uid)?.stoppingGrace, world)
        : enforceForcedGrace(ending, world)),
    );
  }
  steps.push(...stopOrphanedSockets(world, listed));
  return ordered(steps);
}

function isNamedAs(translations: readonly Translation[]): (unit: ActualUnit) => boolean {
  const names = new Set(translations.map(({ pod: { metadata } }) => namespacedName(metadata)));
  return ({ identity }) =>
    identity !== undefined && names.has(namespacedName({ namespace: identity.namespace, name: identity.pod }));
}

function podSteps(translation: Translation, units: readonly ActualUnit[], world: World): Step[] {
  const { pod } = translation;
  const uid = pod.metadata.uid;
  if (isTerminating(pod)) {
    const lost = translation.kind === "runnable" && !isTerminal(pod.status?.phase) ? lostExits(translation, world) : [];
    return [...lost, ...killPod(translation, units), ...terminate(pod, units, world)];
  }
  if (isTerminal(pod.status?.phase)) {
    const ending: Ending = { uid, units, because: "the pod has ended", pod };
    const steps = [...endPod(ending, world), ...shortenGrace(ending, world.directories.get(uid)?.stoppingGrace, world)];
    // The status still lacks the last exits of its containers. They are computed from the files that would be removed.
    return hasUnreportedExits(pod) && steps.some(({ kind }) => kind === "remove-unit") ? [] : steps;
  }
  if (translation.kind === "rejected") {
    const because = translation.ended === undefined ? "the pod was rejected" : translation.message;
    const ending = { uid, units, because, pod };
    return [
      ...killPod(translation, units),
      ...endPod(ending, world),
      ...shortenGrace(ending, translation.ended?.grace, world),
    ];
  }
  return ensurePod(translation, units, world);
}

/** True when the node has ended the pod, and its status was written while a container still ran. */
function hasUnreportedExits({ status }: Pod): boolean {
  const all = statusesOf(status);
  return all.some(({ state }) => state.running !== undefined);
}

/** Ends a pod step by step, run after run: its containers, then its auxiliary units, then its files. */
function endPod(ending: Ending, world: World): Step[] {
  const { directories } = world;
  const stops = stopPod(ending, directories.get(ending.uid));
  if (stops.length > 0 || ending.units.some(isBusyContainer)) return [...stops, ...endExtensions(ending, world)];
  const ends = stopAuxiliaryUnits(ending);
  return ends.length > 0 ? ends : removePod(ending, world);
}

/**
 * Ends a pod that is being deleted. Its object is deleted last, when its status shows the end and the host has nothing
 * of it left.
 */
function terminate(pod: Pod, units: readonly ActualUnit[], world: World): Step[] {
  const { uid } = pod.metadata;
  const ending: Ending = { uid, units, because: "the pod is deleted", pod };
  const extension = extendGracePeriod(pod, units, world);
  if (extension.length > 0) return extension;
  const stops = stopPod(ending, world.directories.get(uid));
  if (stops.length > 0 || units.some(isBusyContainer))
    return [...writeGracePeriod(pod, units, world), ...stops, ...enforceDeadline(pod, units, world)];
  const ends = stopAuxiliaryUnits(ending);
  if (ends.length > 0 || !isTerminal(pod.status?.phase)) return ends;
  const removal = removePod(ending, world);
  if (isDeletionComplete(pod)) return removal;
  return [...removal, { kind: "delete-pod-object", uid, pod, because: "nothing of the pod is left" }];
}

/**
 * True when another DELETE would change nothing: the API server removes the object with its last finalizer. Without one
 * a grace period of 0 is left by a DELETE that was cut off between its two writes, and the next DELETE continues it
 * (`registry/rest/delete.go: BeforeDelete`, v0.36).
 */
function isDeletionComplete({ metadata }: Pod): boolean {
  return metadata.deletionGracePeriodSeconds === 0 && (metadata.finalizers ?? []).length > 0;
}

/** Sorts by phase, and within a phase leaves the order. All reloads become one. */
function ordered(steps: readonly Step[]): Step[] {
  const reload = steps.find(({ kind }) => kind === "reload");
  const rest = steps.filter(({ kind }) => kind !== "reload");
  return [...rest, ...(reload ? [reload] : [])].toSorted((a, b) => PHASE[a.kind] - PHASE[b.kind]);
}
