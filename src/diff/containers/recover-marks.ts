import { invocationOf } from "../../model/api/container-id.ts";
import { statusesOf } from "../../model/api/containers.ts";
import type { ContainerStatus } from "../../model/api/pod.ts";
import { shouldRestart } from "../../model/api/restart.ts";
import { fromTimestamp } from "../../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import type { Mark, Step } from "../../model/step.ts";
import type { DesiredContainer, Runnable } from "../../model/translation.ts";
import type { ActualUnit } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { isExecuting } from "../units/unit-states.ts";
import { specOf } from "./may-start.ts";

/** The marks that were lost and are proven, and the world with them. */
export interface Recovery {
  readonly steps: readonly Step[];
  readonly world: World;
}

/**
 * Makes the marks of a pod's containers again that were removed on the host. The program that runs proves that its unit
 * has started, and that all containers before it have ended well or are up; the status proves that a container has ended
 * for good.
 */
export function recoverMarks(translation: Runnable, world: World): Recovery {
  const { uid } = translation.pod.metadata;
  const directory = world.directories.get(uid);
  const found = translation.containers.flatMap((container) => {
    const history = directory?.histories.get(container.name) ?? NO_HISTORY;
    const marks = lostMarks(translation, container, history, world);
    return marks.map((mark) => ({ container: container.name, mark, history }));
  });
  if (found.length === 0) return { steps: [], world };
  const steps = found.map(({ container, mark }): Step => {
    return { kind: "write-mark", uid, container, mark, because: `the mark of container ${container} was lost` };
  });
  const histories = new Map(directory?.histories);
  for (const { container, mark } of found)
    histories.set(container, withMark(histories.get(container) ?? NO_HISTORY, mark));
  const known = { uid, files: new Map(), volumes: new Map(), ...directory, histories };
  return { steps, world: { ...world, directories: new Map([...world.directories, [uid, known]]) } };
}

const MARK = { init: "initialized", sidecar: "sidecar-started" } as const;

function lostMarks(
  translation: Runnable,
  container: DesiredContainer,
  history: ContainerHistory,
  world: World,
): readonly Mark[] {
  const status = statusesOf(translation.pod.status).find(({ name }) => name === container.name);
  const unit = world.units.get(container.unitName);
  const isMissing = { init: !history.done, sidecar: !history.up && isExecuting(unit) } as const;
  const marks: readonly (Mark | undefined)[] = [
    startedMark(unit, history, status, world),
    ...(container.kind !== "container" &&
    container.kind !== "ephemeral" &&
    isMissing[container.kind] &&
    isProven(translation, container, world)
      ? [{ name: MARK[container.kind] }]
      : []),
    ...(hasEndedForGood(translation, container, history, status) && !isExecuting(unit)
      ? [{ name: "finished" } as const]
      : []),
  ];
  return marks.filter((mark) => mark !== undefined);
}

function startedMark(
  unit: ActualUnit | undefined,
  { started, exits }: ContainerHistory,
  status: ContainerStatus | undefined,
  { now }: World,
): Mark | undefined {
  const invocation = unit?.invocation;
  if (started !== undefined || invocation === undefined || !isExecuting(unit)) return undefined;
  // The files are read after the units: the container may have ended since.
  if (exits.some((exit) => exit.invocation === invocation)) return undefined;
  const startedAt = invocationOf(status?.containerID) === invocation ? status?.state.running?.startedAt : undefined;
  return {
    name: "started",
    invocation,
    at: unit?.startedAt ?? (startedAt === undefined ? now : fromTimestamp(startedAt)),
  };
}

/**
 * True when a container that starts after this one runs (`kuberuntime_container.go: hasAnyRegularContainerCreated`,
 * v1.36). A unit that the pod adopts may have run before the pod.
 */
function isProven({ containers }: Runnable, container: DesiredContainer, { units }: World): boolean {
  const later = containers
    .slice(containers.indexOf(container) + 1)
    .filter(({ kind, adopts }) => kind !== "ephemeral" && adopts === undefined);
  return later.some(({ unitName }) => isExecuting(units.get(unitName)));
}

function hasEndedForGood(
  { pod }: Runnable,
  { kind, name }: DesiredContainer,
  { finished, exits, started }: ContainerHistory,
  status: ContainerStatus | undefined,
): boolean {
  const end = status?.state.terminated;
  if (kind !== "container" || finished || exits.length > 0 || started !== undefined || end === undefined) return false;
  return !shouldRestart(pod, specOf(pod, name), kind, end.exitCode);
}

function withMark(history: ContainerHistory, mark: Mark): ContainerHistory {
  switch (mark.name) {
    case "started":
      return { ...history, started: { at: mark.at, invocation: mark.invocation } };
    case "initialized":
      return { ...history, done: true };
    case "sidecar-started":
      return { ...history, up: true };
    case "finished":
      return { ...history, finished: true };
    case "lost-root":
      return { ...history, lostRoot: true };
  }
}
