import { fromTimestamp } from "../../model/api/time.ts";
import { areInForce } from "../../model/host/cgroup-limits.ts";
import type { Step } from "../../model/step.ts";
import type { Runnable } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";

/** While the kernel refuses limits, each minute a run within so many seconds tries again. */
const RETRY_WINDOW_S = 10;

/**
 * Repairs limits that differ in the kernel although the unit files have them. A reload makes systemd regard them as not
 * applied. Version 257 then applies them only when another unit of the slice starts, and earlier ones at once. Where
 * drop-ins of an administrator stay, other limits may be theirs, and only those of a resize are repaired.
 */
export function applyLimits({ pod, slice, containers }: Runnable, { units, now, config }: World): Step[] {
  const { uid } = pod.metadata;
  const wanted = [slice, ...containers.flatMap(({ unit, adopts }) => (adopts === undefined ? (unit ?? []) : []))];
  const stale = wanted.find((unit) => {
    const actual = units.get(unit.name);
    return actual?.text === unit.text && !areInForce(unit, actual);
  });
  const shown = pod.status?.conditions?.find(({ type }) => type === "PodResizeInProgress")?.lastTransitionTime;
  const seconds = shown ? (now - fromTimestamp(shown)) / 1000 : 0;
  if (config.dropIns === "keep" && shown === undefined) return [];
  if (stale === undefined || seconds % 60 > RETRY_WINDOW_S) return [];
  const because = `the kernel has other limits for ${stale.name}`;
  return [
    { kind: "reload", uid: "", because },
    { kind: "apply-limits", uid, unit: slice.name, because },
  ];
}
