import { eventFieldPath } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { Pod } from "../../model/api/pod.ts";
import type { Step } from "../../model/step.ts";
import type { ActualUnit } from "../../model/unit.ts";

/** Gives the steps that stop containers an Event for each container. */
export function withEvents(stops: Step[], pod: Pod | undefined, running: readonly ActualUnit[]): Step[] {
  if (pod === undefined) return stops;
  const events = running.map((unit) => killing(pod, unit));
  // One stop of the slice ends several containers, and each has an Event.
  return [
    ...stops.map((step, at) => (events[at] === undefined ? step : { ...step, event: events[at] })),
    ...events
      .slice(stops.length)
      .map((event): Step => ({ kind: "emit-event", uid: pod.metadata.uid, because: event.message, event })),
  ];
}

/** Returns the Event of `kuberuntime_container.go: killContainer`, v1.36. */
export function killing(pod: Pod, unit: ActualUnit): PodEvent {
  const container = unit.identity?.container ?? "";
  return {
    pod,
    type: "Normal",
    reason: "Killing",
    message: `Stopping container ${container}`,
    fieldPath: eventFieldPath(unit.identity?.kind, container),
    occurrence: unit.invocation ?? unit.name,
  };
}
