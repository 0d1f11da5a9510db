import { eventFieldPath } from "../../model/api/containers.ts";
import { bundleConfig } from "../../model/paths.ts";
import type { Step } from "../../model/step.ts";
import type { DesiredContainer, Runnable } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import { isExecuting } from "../units/unit-states.ts";

/**
 * Returns the steps for a running container on an image that has lost files of its root file system: an overlay does not
 * get them back. It restarts as soon as the image is there; until then a mark keeps that in mind.
 */
export function lostRootSteps(
  { pod, files }: Runnable,
  { name, kind, unit, unitName }: DesiredContainer,
  world: World,
): Step[] {
  const { uid } = pod.metadata;
  const directory = world.directories.get(uid);
  const actual = world.units.get(unitName);
  if (!isExecuting(actual)) return [];
  const wasLost = directory?.histories.get(name)?.lostRoot === true;
  if (world.lostTrees?.has(unitName)) {
    const because = "its image was removed from the disk";
    return wasLost ? [] : [{ kind: "write-mark", uid, container: name, mark: { name: "lost-root" }, because }];
  }
  // While it is created, it may not have its root yet.
  const isOnImage = actual?.state?.active === "active" && files.some((file) => file.name === bundleConfig(name));
  const lacksRoot = isOnImage && directory?.roots !== undefined && !directory.roots.has(name);
  if (unit === undefined || !(wasLost || lacksRoot)) return [];
  const because = "its root file system was removed on the host";
  const event = {
    pod,
    type: "Warning",
    reason: "Drift",
    message: `The root file system of container ${name} was removed on the host; restarting it`,
    fieldPath: eventFieldPath(kind, name),
    occurrence: String(world.now),
  } as const;
  return [{ kind: "restart", uid, unit: unitName, because, event }];
}
