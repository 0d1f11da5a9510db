import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { translatePod } from "./pod.ts";
import { portConflicts } from "./ports.ts";

/** Every pod of the list, whether it is complete or not. */
export function translateAll(world: World, libDir: string): readonly Translation[] {
  const { config, host, references, absentDirectories } = world;
  const alive = world.pods.items.filter(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp && status?.phase !== "Succeeded" && status?.phase !== "Failed",
  );
  const conflicts = portConflicts(alive, config);
  return world.pods.items.map((pod) => {
    const { uid } = pod.metadata;
    const directory = world.directories.get(uid);
    return translatePod(pod, {
      config,
      host,
      libDir,
      directory,
      references,
      absentDirectories,
      conflict: conflicts.get(uid),
    });
  });
}
