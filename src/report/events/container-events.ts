import { invocationOf } from "../../model/api/container-id.ts";
import { containersOf, eventFieldPath, kindOf } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { ContainerState, ContainerStatus, Pod, Terminated } from "../../model/api/pod.ts";
import { redactCredentials } from "../../model/image/image-reference.ts";
import type { DesiredContainer } from "../../model/translation.ts";
import { pulledMessage } from "../pulled.ts";

/**
 * Returns the Events of one container between two statuses, in their order (`kuberuntime_container.go: startContainer`,
 * v1.36).
 */
export function containerEvents(
  pod: Pod,
  previous: ContainerStatus | undefined,
  next: ContainerStatus,
  desired?: Pick<DesiredContainer, "image" | "namesHost" | "awaits">,
): PodEvent[] {
  const runs = newRuns(previous, next);
  return [
    ...runs.flatMap((run, at) => {
      const isFirst = previous?.containerID === undefined && at === 0;
      const stored = desired?.image?.stored;
      // The name of an image that the setting `ignoreImages` replaces by the host's files is not present.
      const isPresent = stored !== undefined || desired?.namesHost === true;
      const pulled = isPresent ? pulledMessage(pod, { image: next.image, stored, isFirst }) : undefined;
      return runEvents(pod, next, run, pulled);
    }),
    ...waitingEvents(pod, previous, next, desired?.awaits),
  ];
}

interface EventRun {
  readonly id: string;
  readonly end?: Terminated;
}

/** Returns the runs that the previous status does not have. The next status shows two of them at most. */
function newRuns(previous: ContainerStatus | undefined, next: ContainerStatus): EventRun[] {
  const known = new Set([
    previous?.containerID,
    previous?.state.terminated?.containerID,
    previous?.lastState.terminated?.containerID,
  ]);
  const ends = [next.lastState.terminated, next.state.terminated].filter((end) => end !== undefined);
  const runs: EventRun[] = ends.flatMap((end) => (end.containerID === undefined ? [] : [{ id: end.containerID, end }]));
  if (next.state.running !== undefined && next.containerID !== undefined) runs.push({ id: next.containerID });
  return runs.filter(({ id }) => !known.has(id));
}

function runEvents(pod: Pod, { name }: ContainerStatus, { id, end }: EventRun, pulled: string | undefined): PodEvent[] {
  const occurrence = invocationOf(id) ?? id;
  const event = (type: PodEvent["type"], reason: string, message: string) =>
    containerEvent(pod, name, { type, reason, message, occurrence });
  return [
    ...(pulled === undefined ? [] : [event("Normal", "Pulled", pulled)]),
    event("Normal", "Created", "Container created"),
    end?.reason === "StartError"
      ? event("Warning", "Failed", `Error: ${end.message ?? end.reason}`)
      : event("Normal", "Started", "Container started"),
  ];
}

/**
 * Returns the Events of a container that has begun to wait. `volume` is the image that it waits for, if it is that of a
 * volume.
 */
function waitingEvents(
  pod: Pod,
  previous: ContainerStatus | undefined,
  next: ContainerStatus,
  volume: string | undefined,
): PodEvent[] {
  const { waiting } = next.state;
  const before = previous?.state.waiting;
  const isSameWait = before?.reason === waiting?.reason && before?.message === waiting?.message;
  if (waiting === undefined || (isSameWait && previous?.containerID === next.containerID)) return [];
  const occurrence = invocationOf(next.containerID) ?? String(pod.metadata.generation ?? 0);
  const image = redactCredentials(volume ?? next.image);
  const words = [...missedFailure(before, waiting), waiting].flatMap((each) => wording(pod, next.name, image, each));
  return words.map(([type, reason, message, ofImage]) =>
    reason === "FailedMount" || (ofImage && volume !== undefined)
      ? { pod, type, reason, message, occurrence }
      : containerEvent(pod, next.name, { type, reason, message, occurrence }),
  );
}

type Waiting = NonNullable<ContainerState["waiting"]>;

/** Returns the failure that no run has seen: ErrImagePull is shown for 3 s only, and ImagePullBackOff implies it. */
function missedFailure(before: Waiting | undefined, { reason, message = "" }: Waiting): Waiting[] {
  const failure = /^Back-off pulling image ".*?": ErrImagePull: (.*)$/s.exec(message);
  if (reason !== "ImagePullBackOff" || before?.reason === "ErrImagePull" || !failure) return [];
  return [{ reason: "ErrImagePull", message: failure[1] ?? "" }];
}

type Words = readonly [type: PodEvent["type"], reason: string, message: string, ofImage?: boolean];

/**
 * Returns the words of the Events for a reason to wait. A failed pull has two, one for the image and one for the
 * container (`image_manager.go: EnsureImageExists`, v1.36).
 */
function wording(pod: Pod, name: string, image: string, waiting: Waiting): Words[] {
  const { reason, message = reason } = waiting;
  switch (reason) {
    case "PodInitializing":
      return [];
    case "ContainerCreating":
      return waiting.message === undefined ? [] : [["Warning", "FailedMount", message]];
    case "CrashLoopBackOff": {
      const { name: podName, namespace, uid } = pod.metadata;
      return [
        ["Warning", "BackOff", `Back-off restarting failed container ${name} in pod ${podName}_${namespace}(${uid})`],
      ];
    }
    case "ErrImagePull":
      return [["Warning", "Failed", `Failed to pull image "${image}": ${message}`, true], error(reason)];
    case "ImagePullBackOff":
      return [["Normal", "BackOff", `Back-off pulling image "${image}"`, true], error(reason)];
    case "ErrImageNeverPull":
      return [["Warning", "ErrImageNeverPull", message, true], error(reason)];
    case "InvalidImageName":
      return [["Warning", "InspectFailed", message, true], error(reason)];
    default:
      return [error(message)];
  }
}

function error(message: string): Words {
  return ["Warning", "Failed", `Error: ${message}`];
}

function containerEvent(pod: Pod, name: string, event: Omit<PodEvent, "pod" | "fieldPath">): PodEvent {
  const container = containersOf(pod.spec).find((each) => each.name === name);
  const kind = container === undefined ? undefined : kindOf(pod, container);
  return { pod, ...event, fieldPath: eventFieldPath(kind, name) };
}
