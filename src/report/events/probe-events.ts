import { declaredContainers, eventFieldPath, kindOf } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { PROBE_TYPES, type ProbeResult, type ProbeType } from "../../model/api/probe.ts";
import { restartPolicy } from "../../model/api/restart.ts";
import type { Translation } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";

/**
 * Returns the Events of a pod's probes (`prober/prober.go: probe`, v1.36). Each run returns them again; the recorder
 * drops occurrences that were published.
 */
export function probeEvents({ kind, pod }: Translation, world: World): PodEvent[] {
  if (kind === "rejected") return [];
  const histories = world.directories.get(pod.metadata.uid)?.histories;
  return declaredContainers(pod.spec).flatMap((container) => {
    const results = histories?.get(container.name)?.probes ?? {};
    return PROBE_TYPES.flatMap((type) => {
      const result = results[type];
      return result === undefined ? [] : resultEvents(pod, container, type, result);
    });
  });
}

type Moment = NonNullable<ProbeResult["end"]>;

function resultEvents(pod: Pod, container: Container, type: ProbeType, result: ProbeResult): PodEvent[] {
  const { failures, message, warning } = result;
  const end = result.ended ? result : result.end;
  const name = `${type[0]?.toUpperCase()}${type.slice(1)}`;
  const event = (level: PodEvent["type"], reason: string, message: string, of: Moment = result): PodEvent => {
    const fieldPath = eventFieldPath(kindOf(pod, container), container.name);
    return { pod, type: level, reason, message, fieldPath, occurrence: `${of.invocation} ${of.at}` };
  };
  const again = restartPolicy(pod, container, kindOf(pod, container)) === "Never" ? "" : ", will be restarted";
  return [
    ...(failures > 0 ? [event("Warning", "Unhealthy", `${name} probe failed: ${message}`)] : []),
    ...(warning ? [event("Warning", "ProbeWarning", `${name} probe warning: ${message}`)] : []),
    ...(end ? [event("Normal", "Killing", `Container ${container.name} failed ${type} probe${again}`, end)] : []),
  ];
}
