import { containerID, invocationOf } from "../model/api/container-id.ts";
import type { ProbeType } from "../model/api/probe.ts";
import { toTimestamp } from "../model/api/time.ts";
import type { ExitRecord } from "../model/exit-record.ts";
import type { ActualUnit, ContainerKind } from "../model/unit.ts";
import type { ContainerView } from "./container-view.ts";

/** A run of a container that has not ended, as far as records and status show. */
export interface ContainerRun {
  readonly containerID?: string;
  readonly startedAt: string;
  readonly started: boolean;
  readonly ready: boolean;
}

/**
 * Returns the current run. The program of a unit in start-pre does not run yet; that of a unit being stopped still
 * does.
 */
export function currentRun(view: ContainerView): ContainerRun | undefined {
  const { unit, history, previous, now } = view;
  if (unit === undefined || !containerRuns(view, unit)) return unrecordedRun(view);
  const invocation = unit.invocation ?? history.started?.invocation;
  const id = invocation === undefined ? previous?.containerID : containerID(invocation);
  const started = history.started?.invocation === invocation ? history.started : undefined;
  const before = previous?.containerID === id ? previous?.state.running?.startedAt : undefined;
  return {
    ...(id !== undefined && { containerID: id }),
    startedAt: started !== undefined ? toTimestamp(started.at) : (before ?? toTimestamp(unit.startedAt ?? now)),
    ...standing(view, invocation, id),
  };
}

/**
 * Returns the probe results of this start. Without a result the previous status stands, so that neither a run nor an
 * upgrade nor a lost file makes a ready container unready.
 */
function standing(
  { container, kind, history, previous }: ContainerView,
  invocation: string | undefined,
  id: string | undefined,
): Pick<ContainerRun, "started" | "ready"> {
  const known = previous?.containerID === id ? previous : undefined;
  const result = (type: ProbeType) => {
    const found = history.probes?.[type];
    return found?.invocation === invocation ? found?.success : undefined;
  };
  const started = container.startupProbe === undefined || (result("startup") ?? known?.started ?? false);
  const ready = container.readinessProbe === undefined || (result("readiness") ?? known?.ready ?? false);
  return { started, ready: kind !== "init" && started && ready };
}

/** True while systemd has a process or a job for the unit, so that the pod has not ended. */
export function isActive(unit: ActualUnit | undefined): boolean {
  const state = unit?.state;
  return state !== undefined && state.active !== "inactive" && state.active !== "failed";
}

function containerRuns(view: ContainerView, unit: ActualUnit): boolean {
  const { state } = unit;
  const { started, exits } = view.history;
  const invocation = unit.invocation ?? started?.invocation;
  // The files are read after systemd's list. A unit without an invocation has ended in between.
  if (state === undefined || invocation === undefined || hasEnded(invocation, exits)) return false;
  switch (state.active) {
    case "active":
    case "reloading":
      return state.sub !== "exited";
    case "activating":
      // The postStart hook is part of the start (`kuberuntime_container.go: startContainer`, v1.36).
      if (state.sub === "start-post") return view.container.lifecycle?.postStart === undefined;
      return state.sub === "start" && START_IS_RUN[view.kind];
    case "deactivating":
      return programRan(view, unit.invocation);
    case "inactive":
    case "failed":
    case "maintenance":
      return false;
  }
}

// Init containers are Type=oneshot: "start" is their whole run. Others are Type=exec: "start" lasts until execve().
const START_IS_RUN = { init: true, container: false, ephemeral: false, sidecar: false } as const satisfies Record<
  ContainerKind,
  boolean
>;

function hasEnded(invocation: string | undefined, exits: readonly ExitRecord[]): boolean {
  return invocation !== undefined && exits.some((each) => each.invocation === invocation);
}

/** False for a unit that is stopped during its back-off: its program never ran in this invocation. */
function programRan({ history, previous }: ContainerView, invocation: string | undefined): boolean {
  if (history.started !== undefined && (invocation === undefined || history.started.invocation === invocation))
    return true;
  return (
    previous?.state.running !== undefined &&
    (invocation === undefined || invocationOf(previous.containerID) === invocation)
  );
}

/**
 * Returns the run in the previous status when it has ended and its exit record is not written yet. It counts as running
 * and not ready until then: a guess of 137 would fail a Job for good that ended with 0.
 */
function unrecordedRun({ history, previous, podEnding, kind }: ContainerView): ContainerRun | undefined {
  const running = previous?.state.running;
  if (podEnding || running === undefined || (kind === "init" && history.done)) return undefined;
  const last = history.exits.at(-1);
  const isOlder = last === undefined || toTimestamp(last.startedAt) < running.startedAt;
  if (!isOlder || hasEnded(invocationOf(previous?.containerID), history.exits)) return undefined;
  return {
    ...(previous?.containerID !== undefined && { containerID: previous.containerID }),
    startedAt: running.startedAt,
    started: previous?.started ?? true,
    ready: false,
  };
}
