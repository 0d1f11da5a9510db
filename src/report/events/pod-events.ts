import { statusesOf } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { ContainerStatus, Pod, PodStatus } from "../../model/api/pod.ts";
import { type Problem, problemSentence } from "../../model/problem.ts";
import type { DesiredContainer, Translation } from "../../model/translation.ts";
import { containerEvents } from "./container-events.ts";
import { volumeEvents } from "./volume-events.ts";

export interface PodTransition {
  readonly translation: Translation;
  readonly previous: PodStatus | undefined;
  readonly next: PodStatus;
}

/** Returns the Events of the pod between two statuses; none when they are equal. */
export function podEvents({ translation, previous, next }: PodTransition): PodEvent[] {
  const { pod } = translation;
  // A changed spec may have new ignored fields. Events that were published before are not repeated.
  const isNew = previous?.startTime === undefined || previous.observedGeneration !== next.observedGeneration;
  const before = statuses(previous);
  const events = [
    ...(translation.kind === "rejected" ? rejectionEvents(translation, previous, next) : []),
    ...(translation.kind === "runnable" && isNew
      ? translation.problems.flatMap((each) => ignoredEvents(pod, each))
      : []),
    ...volumeEvents(translation, previous, next),
    ...statuses(next).flatMap((status) =>
      containerEvents(
        pod,
        before.find((each) => each.name === status.name),
        status,
        desiredContainer(translation, status.name),
      ),
    ),
  ];
  return events.filter((event, i) => events.findIndex((other) => isSame(event, other)) === i);
}

function desiredContainer(translation: Translation, container: string): DesiredContainer | undefined {
  return translation.kind === "rejected" ? undefined : translation.containers.find(({ name }) => name === container);
}

/** Returns an Event about the pod as a whole, which occurs once in each generation. */
function podEvent(pod: Pod, type: PodEvent["type"], reason: string, message: string): PodEvent {
  return { pod, type, reason, message, occurrence: String(pod.metadata.generation ?? 0) };
}

function rejectionEvents(
  { pod, reason, message }: Extract<Translation, { kind: "rejected" }>,
  previous: PodStatus | undefined,
  next: PodStatus,
): PodEvent[] {
  const isNews = next.phase === "Failed" && previous?.phase !== "Failed";
  return isNews ? [podEvent(pod, "Warning", reason, message)] : [];
}

function ignoredEvents(pod: Pod, problem: Problem): PodEvent[] {
  if (problem.severity !== "ignore") return [];
  // The Event occurs once in the life of the pod, in all its generations.
  return [{ ...podEvent(pod, "Warning", "FieldIgnored", problemSentence(problem)), occurrence: "" }];
}

function statuses(status: PodStatus | undefined): readonly ContainerStatus[] {
  return statusesOf(status);
}

/** Two containers that wait for the same volume make one Event of the pod. */
function isSame(a: PodEvent, b: PodEvent): boolean {
  return (
    a.reason === b.reason && a.message === b.message && a.fieldPath === b.fieldPath && a.occurrence === b.occurrence
  );
}
