import { declaredContainers, eventFieldPath, kindOf } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { Translation } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";

const HOOKS = [
  ["postStart", "FailedPostStartHook", "PostStartHook failed"],
  ["preStop", "FailedPreStopHook", "PreStopHook failed"],
] as const;

/**
 * Returns an Event for each failed hook, once for each start
 * (`kuberuntime_container.go: startContainer, executePreStopHook`, v1.36). The output of a hook may be secret, so the
 * Event does not have it.
 */
export function hookEvents({ kind, pod }: Translation, world: World): PodEvent[] {
  if (kind === "rejected") return [];
  const histories = world.directories.get(pod.metadata.uid)?.histories;
  return declaredContainers(pod.spec).flatMap((container) => {
    const failed = histories?.get(container.name)?.failedHooks;
    return HOOKS.flatMap(([hook, reason, message]): PodEvent[] => {
      const occurrence = failed?.[hook];
      const fieldPath = eventFieldPath(kindOf(pod, container), container.name);
      return occurrence ? [{ pod, type: "Warning", reason, message, fieldPath, occurrence }] : [];
    });
  });
}
