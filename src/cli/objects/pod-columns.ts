import { isSidecar } from "../../model/api/containers.ts";
import { isTerminal } from "../../model/api/phase.ts";
import type { ContainerStatus, Pod, Terminated } from "../../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import { humanDuration } from "./human-duration.ts";

/** What the columns READY, STATUS and RESTARTS of a pod are made of. */
export interface PodCells {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

interface Counted {
  readonly ready: number;
  readonly restarts: number;
  /** When the last container ended that was started again, in milliseconds; 0: none. */
  readonly lastRestart: Instant;
}

/** Returns the cells of a pod as kubectl shows them (`internalversion/printers.go: printPod`, v1.36). */
export function podCells(pod: Pod, now: Instant): PodCells {
  const { spec, status = {}, metadata } = pod;
  const { phase, reason, conditions = [] } = status;
  const inits = initCells(pod);
  const isInitialized = conditions.some(({ type, status: value }) => type === "Initialized" && value === "True");
  const showsMain = inits.status === undefined || isInitialized;
  const main = showsMain ? mainCells(status.containerStatuses ?? [], inits.status ?? reason ?? phase ?? "") : undefined;
  const counted = main === undefined ? inits.all : sum(inits.sidecars, main);
  const isEnding = metadata.deletionTimestamp !== undefined && !isTerminal(phase);
  const word = main === undefined ? (inits.status ?? "") : shownReason(main, conditions);
  const total = spec.containers.length + (spec.initContainers ?? []).filter(isSidecar).length;
  return {
    ready: `${inits.ready + (main?.ready ?? 0)}/${total}`,
    status: isEnding ? "Terminating" : word,
    restarts: restartsText(counted, now),
  };
}

function restartsText({ restarts, lastRestart }: Counted, now: Instant): string {
  return restarts > 0 && lastRestart > 0 ? `${restarts} (${humanDuration(now - lastRestart)} ago)` : String(restarts);
}

interface InitCells {
  readonly ready: number;
  /** Why the main containers do not start yet; undefined: they may. */
  readonly status?: string;
  readonly all: Counted;
  readonly sidecars: Counted;
}

const NONE: Counted = { ready: 0, restarts: 0, lastRestart: 0 };

function initCells({ spec: { initContainers = [] }, status }: Pod): InitCells {
  const statuses = status?.initContainerStatuses ?? [];
  let cells: InitCells = { ready: 0, all: NONE, sidecars: NONE };
  for (const [index, each] of statuses.entries()) {
    const own = initContainers.find(({ name }) => name === each.name);
    const isHelper = own !== undefined && isSidecar(own);
    cells = {
      ...cells,
      all: sum(cells.all, countOf(each)),
      sidecars: isHelper ? sum(cells.sidecars, countOf(each)) : cells.sidecars,
    };
    const isStarted = isHelper && each.started === true;
    if (each.state.terminated?.exitCode === 0) continue;
    if (!isStarted) return { ...cells, status: `Init:${initReason(each, index, initContainers.length)}` };
    cells = { ...cells, ready: cells.ready + (each.ready ? 1 : 0) };
  }
  return cells;
}

function initReason({ state: { terminated, waiting } }: ContainerStatus, index: number, count: number): string {
  if (terminated !== undefined) return endReason(terminated);
  if (waiting?.reason && waiting.reason !== "PodInitializing") return waiting.reason;
  return `${index}/${count}`;
}

interface MainCells extends Counted {
  readonly reason: string;
  readonly errorReason?: string;
  readonly hasRunning: boolean;
}

function mainCells(statuses: readonly ContainerStatus[], reason: string): MainCells {
  let cells: MainCells = { ...NONE, reason, hasRunning: false };
  // The reason of the first container counts.
  for (const each of statuses.toReversed()) {
    const { waiting, terminated, running } = each.state;
    cells = { ...cells, ...sum(cells, countOf(each)) };
    if (waiting?.reason) cells = { ...cells, reason: waiting.reason };
    else if (terminated !== undefined) {
      const end = endReason(terminated);
      cells = { ...cells, reason: end, ...(terminated.exitCode !== 0 && { errorReason: end }) };
    } else if (each.ready && running) cells = { ...cells, ready: cells.ready + 1, hasRunning: true };
  }
  return cells;
}

/** A pod with one ended and one running container is not shown as completed. */
function shownReason(
  { reason, errorReason, hasRunning }: MainCells,
  conditions: readonly { readonly type: string; readonly status: string }[],
): string {
  if (reason !== "Completed") return reason;
  const isReady = conditions.some(({ type, status }) => type === "Ready" && status === "True");
  if (hasRunning && isReady) return "Running";
  return errorReason ?? (hasRunning ? "NotReady" : reason);
}

function endReason({ reason, signal, exitCode }: Terminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function countOf({ restartCount, lastState }: ContainerStatus): Counted {
  const end = fromTimestamp(lastState?.terminated?.finishedAt ?? "");
  return { ready: 0, restarts: restartCount, lastRestart: Number.isNaN(end) ? 0 : end };
}

function sum(one: Counted, other: Counted): Counted {
  return {
    ready: one.ready + other.ready,
    restarts: one.restarts + other.restarts,
    lastRestart: Math.max(one.lastRestart, other.lastRestart),
  };
}
