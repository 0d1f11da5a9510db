import { invocationOf } from "../model/api/container-id.ts";
import { statusesOf } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../model/exit-record.ts";
import type { Step } from "../model/step.ts";
import type { DesiredContainer, Runnable } from "../model/translation.ts";
import type { ActualUnit } from "../model/unit.ts";
import type { PodDirectory, World } from "../model/world.ts";
import { isUp } from "./unit-states.ts";

/** So much may the time of a file be behind the clock, in milliseconds. */
const CLOCK_TICK_MS = 20;

/**
 * A run that status tells of, or container-start's note, whose invocation is gone without a record, ended and nobody saw
 * how: the machine lost power, its cgroup was killed as a whole, the helper was too slow. It is recorded as one exit of
 * unknown status.
 */
export function lostExits({ pod, containers }: Runnable, world: World): Step[] {
  const directory = world.directories.get(pod.metadata.uid);
  return containers
    .map((container) => lostExit(pod, container, world.units.get(container.unitName), directory, world.now))
    .filter((step) => step !== undefined);
}

function lostExit(
  pod: Pod,
  container: DesiredContainer,
  unit: ActualUnit | undefined,
  directory: PodDirectory | undefined,
  now: Instant,
): Step | undefined {
  const past = directory?.histories.get(container.name) ?? NO_HISTORY;
  const run = [told(pod, container.name), noted(pod, past, unit, now)].find((each) => each && isLost(each, past, unit));
  if (run === undefined) return undefined;
  return {
    kind: "record-exit",
    uid: pod.metadata.uid,
    container: container.name,
    because: `container ${container.name} ended and left no record`,
    record: {
      invocation: run.invocation,
      result: "lost",
      code: "lost",
      status: "",
      startedAt: run.at,
      finishedAt: Math.max(run.at, now),
      oomKilled: false,
      executed: true,
      specHash: container.unit?.identity.specHash ?? "",
    },
  };
}

type StartRecord = NonNullable<ContainerHistory["started"]>;

function told(pod: Pod, name: string): StartRecord | undefined {
  const statuses = statusesOf(pod.status);
  const status = statuses.find((each) => each.name === name);
  const invocation = invocationOf(status?.containerID);
  const startedAt = status?.state.running?.startedAt;
  return invocation && startedAt !== undefined ? { invocation, at: fromTimestamp(startedAt) } : undefined;
}

/** container-exit removes the note when it has recorded the end. What starts again is looked after by container-start. */
function noted(
  pod: Pod,
  { started }: ContainerHistory,
  unit: ActualUnit | undefined,
  now: Instant,
): StartRecord | undefined {
  if (pod.spec.restartPolicy !== "Never" || (unit !== undefined && isUp(unit))) return undefined;
  // Notes are read after the units: one of a start that came in between is of a unit that seems to be down.
  return started !== undefined && started.at < now - CLOCK_TICK_MS ? started : undefined;
}

function isLost({ invocation, at }: StartRecord, past: ContainerHistory, unit: ActualUnit | undefined): boolean {
  // container-start may be compacting the records right now.
  if (unit?.invocation === invocation || unit?.state?.sub === "start-pre") return false;
  // An exit that began later means that this one was recorded too, and forgotten since.
  return !past.exits.some((exit) => exit.invocation === invocation || exit.startedAt > at + 1000);
}
