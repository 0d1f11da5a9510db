import { type CgroupLimits, hasLimits } from "../model/host/cgroup-limits.ts";
import type { NodeSlice } from "../model/host/node-slices.ts";
import type { Step } from "../model/step.ts";
import type { UnitName } from "../model/unit.ts";
import type { World } from "../model/world.ts";

/**
 * Sets the limits of the slices above those of pods where the kernel has others. A limit of memory below what the pods
 * use now would kill some of them. A limit of processes below those of now would fail their probes and the helpers that
 * record their ends. So either waits until it fits.
 */
export function nodeSliceSteps({ nodeSlices }: World, wanted: ReadonlyMap<NodeSlice, CgroupLimits>): Step[] {
  return [...wanted].flatMap(([slice, { memory, tasks, ...shares }]): Step[] => {
    const actual = nodeSlices?.get(slice);
    if (actual === undefined) return [];
    const fits = memory !== undefined && memory > (actual.workingSet ?? 0);
    const isRoomy = tasks !== undefined && tasks > (actual.tasks ?? 0);
    const limits = { ...shares, ...(fits && { memory }), ...(isRoomy && { tasks }) };
    if (hasLimits(limits, actual.limits)) return [];
    const because = "the pods or the settings of the node changed";
    return [{ kind: "set-limits", uid: "", unit: slice as string as UnitName, limits, because }];
  });
}
