import { containerID } from "../model/api/container-id.ts";
import type { ContainerState, ContainerStatus, Terminated } from "../model/api/pod.ts";
import { shouldRestart } from "../model/api/restart.ts";
import { toTimestamp } from "../model/api/time.ts";
import { backOffDelay, printDelay } from "../model/back-off.ts";
import type { ExitRecord } from "../model/exit-record.ts";
import { redactCredentials } from "../model/image/image-reference.ts";
import { type ContainerRun, currentRun } from "./container-run.ts";
import type { ContainerView } from "./container-view.ts";
import { RESTARTING } from "./phase.ts";
import { REMOVED, terminated } from "./terminated.ts";

/** Returns one entry of containerStatuses, initContainerStatuses or ephemeralContainerStatuses. */
export function containerStatus(view: ContainerView): ContainerStatus {
  const run = currentRun(view);
  const status = run === undefined ? atRest(view) : running(view, run);
  return staysTerminated(view, status) ?? status;
}

/**
 * Returns the previous status when the restart policy does not allow to leave it, for example when an init container
 * runs again after a reboot. The API server rejects such a change
 * (`apis/core/validation/validation.go: ValidateContainerStateTransition`, v1.36).
 */
function staysTerminated(
  { pod, container, kind, previous, history }: ContainerView,
  next: ContainerStatus,
): ContainerStatus | undefined {
  const end = previous?.state.terminated;
  if (end === undefined || next.state.terminated !== undefined || history.restarted) return undefined;
  return shouldRestart(pod, container, kind === "init" ? "container" : kind, end.exitCode) ? undefined : previous;
}

/** `container/runtime.go: MaxPodTerminationMessageLogLength`, v1.36: for all messages of a pod together. */
const MAX_POD_MESSAGES_BYTES = 12 * 1024;

function endOf(record: ExitRecord, { pod: { spec }, container, history }: ContainerView): Terminated {
  const message = history.messages?.get(record.invocation);
  if (!message) return terminated(record, container);
  const most = Math.floor(MAX_POD_MESSAGES_BYTES / (spec.containers.length + (spec.initContainers?.length ?? 0)));
  // The cut may be in the middle of a character.
  return terminated(
    record,
    container,
    Buffer.from(message)
      .subarray(0, most)
      .toString()
      .replace(/\uFFFD$/, ""),
  );
}

function running(view: ContainerView, run: ContainerRun): ContainerStatus {
  const { container, history, previous } = view;
  const last = history.exits.at(-1);
  return {
    name: container.name,
    state: { running: { startedAt: run.startedAt } },
    lastState: last === undefined ? inherited(view, run.containerID) : { terminated: endOf(last, view) },
    ready: run.ready,
    restartCount: Math.max(exits(view), previous?.restartCount ?? 0),
    ...image(view, run.containerID),
    // The API server refuses to resize a pod whose first running container has none (validation.go:
    // isPodResizeRequestSupported, v1.36).
    resources: {},
    ...resources(view),
    started: run.started,
  };
}

function atRest(view: ContainerView): ContainerStatus {
  const { container, history, previous } = view;
  const last = history.exits.at(-1);
  const id = last === undefined || last.invocation === "" ? previous?.containerID : containerID(last.invocation);
  const end = last === undefined ? forgottenEnd(view) : endOf(last, view);
  const waiting = waitingState(view, end);
  const state = waiting === undefined ? { terminated: end as Terminated } : { waiting };
  return {
    name: container.name,
    state,
    lastState: waiting === undefined || end === undefined ? earlier(view, id) : { terminated: end },
    ready: view.kind === "init" && waiting === undefined && end?.exitCode === 0,
    restartCount: Math.max(exits(view) - (startsAnew(view) ? 0 : 1), previous?.restartCount ?? 0, 0),
    ...image(view, id),
    ...resources(view),
    started: false,
  };
}

/** Returns the resources that the node has given, and those that the container's cgroup has. */
function resources({
  container,
  previous,
  written,
  applied,
}: ContainerView): Pick<ContainerStatus, "resources" | "allocatedResources"> {
  const given = applied ? container.resources : previous?.resources;
  const allocated = written ? container.resources?.requests : previous?.allocatedResources;
  if (given === undefined || Object.keys(given).length === 0) return {};
  return { ...(allocated && { allocatedResources: allocated }), resources: given };
}

function exits({ history }: ContainerView): number {
  return history.forgottenExits + history.exits.length;
}

/** Returns why the container waits; undefined when it is shown as terminated. */
function waitingState(view: ContainerView, end: Terminated | undefined): ContainerState["waiting"] {
  // container-start tells why it does not start the program yet.
  const held = view.podEnding ? undefined : view.history.waiting;
  if (end === undefined) return view.waiting ?? held ?? neverRan(view);
  if (startsAnew(view)) return view.waiting ?? (inBackOff(view) ? backOff(view) : neverRan(view));
  if (end.reason === RESTARTING && !view.podEnding) return { reason: RESTARTING, message: REMOVED };
  if (
    view.podEnding ||
    view.history.finished ||
    view.history.done ||
    !shouldRestart(view.pod, view.container, view.kind, end.exitCode)
  )
    return undefined;
  if (view.waiting !== undefined) return view.waiting;
  if (held !== undefined) return held;
  return inBackOff(view) ? backOff(view) : undefined;
}

/** True from the reset of the pod's containers until this one has started. */
function startsAnew({ history, podEnding }: ContainerView): boolean {
  return history.restarted === true && !podEnding;
}

function neverRan({ pod, kind, previous, podEnding }: ContainerView): ContainerState["waiting"] {
  if (podEnding && previous?.state.waiting !== undefined) return previous.state.waiting;
  const waitsForInit = kind !== "ephemeral" && (pod.spec.initContainers?.length ?? 0) > 0;
  return { reason: waitsForInit ? "PodInitializing" : "ContainerCreating" };
}

/**
 * True while the status shows a back-off. Once shown, it is shown until the container runs, although the wait itself
 * ends a little earlier.
 */
function inBackOff({ history, previous, now }: ContainerView): boolean {
  if (history.backOffUntil !== undefined && history.backOffUntil > now) return true;
  const last = history.exits.at(-1);
  const shown = previous?.state.waiting?.reason === CRASH_LOOP && last !== undefined;
  return shown && previous.containerID === containerID(last.invocation);
}

const CRASH_LOOP = "CrashLoopBackOff";

function backOff({ pod, container, history, previous }: ContainerView): ContainerState["waiting"] {
  const { name, namespace, uid } = pod.metadata;
  const last = history.exits.at(-1);
  const { waiting } = previous?.state ?? {};
  if (waiting?.reason === CRASH_LOOP && last && previous?.containerID === containerID(last.invocation)) return waiting;
  // container-start waits by the kubelet's numbers or by the pod's own, so its time counts.
  const pause = last && history.backOffUntil && Math.floor((history.backOffUntil - last.finishedAt) / 1000);
  const delay = printDelay(pause && pause > 0 ? pause : backOffDelay(history) || 10);
  const message = `back-off ${delay} restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
  return { reason: CRASH_LOOP, message };
}

/** Returns the termination in the previous status when the exit records are gone. */
function forgottenEnd({ previous, kind, history, now }: ContainerView): Terminated | undefined {
  if (previous?.state.terminated !== undefined) return previous.state.terminated;
  if (kind !== "init" || !history.done) return undefined;
  const finishedAt = toTimestamp(now);
  return { exitCode: 0, reason: "Completed", startedAt: previous?.state.running?.startedAt ?? finishedAt, finishedAt };
}

/** Returns lastState of a container at rest: the termination before the one in `state`. */
function earlier(view: ContainerView, id: string | undefined): ContainerState {
  const before = view.history.exits.at(-2);
  return before === undefined ? inherited(view, id) : { terminated: endOf(before, view) };
}

function inherited({ previous }: ContainerView, id: string | undefined): ContainerState {
  if (previous === undefined) return {};
  if (previous.containerID !== id && previous.state.terminated !== undefined)
    return { terminated: previous.state.terminated };
  return previous.lastState.terminated?.containerID === id ? {} : previous.lastState;
}

/**
 * Returns image and imageID of the run with this ID, which may have begun before the pod's image was changed. imageID
 * is "host" for a container on the host's files.
 */
function image(
  { container, previous, imageID }: ContainerView,
  id: string | undefined,
): Pick<ContainerStatus, "image" | "imageID" | "containerID"> {
  const known = id !== undefined && previous?.containerID === id ? previous : undefined;
  return {
    image: known?.image ?? redactCredentials(container.image ?? ""),
    imageID: id === undefined ? "" : known?.imageID || (imageID ?? "host"),
    ...(id !== undefined && { containerID: id }),
  };
}
