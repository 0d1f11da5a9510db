import { invocationOf } from "../../model/api/container-id.ts";
import { statusesOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import type { Step } from "../../model/step.ts";
import type { DesiredContainer, Runnable } from "../../model/translation.ts";
import type { ActualUnit } from "../../model/unit.ts";
import type { World } from "../../model/world.ts";
import { isUp } from "../units/unit-states.ts";

/** The time of a file may be behind the clock by this much. */
const CLOCK_TICK_MS = 20;

/**
 * Returns a record for each container whose last start has ended without an exit record. The machine lost power, or
 * container-exit was killed with the cgroup. The status or the mark of container-start shows the start. The exit has an unknown
 * status unless the journal knows of an OOM kill.
 */
export function lostExits({ pod, containers }: Runnable, world: World): Step[] {
  return containers.map((container) => lostExit(pod, container, world)).filter((step) => step !== undefined);
}

function lostExit(pod: Pod, container: DesiredContainer, { units, directories, now }: World): Step | undefined {
  const unit = units.get(container.unitName);
  // The drop-in of an adopted unit was removed on the host, and the unit may run.
  if (container.adopts !== undefined && unit === undefined) return undefined;
  const history = directories.get(pod.metadata.uid)?.histories.get(container.name) ?? NO_HISTORY;
  const run = [reportedStart(pod, container.name), markedStart(pod, history, unit, now)].find(
    (each) => each && isLost(each, history, unit),
  );
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

function reportedStart(pod: Pod, name: string): StartRecord | undefined {
  const statuses = statusesOf(pod.status);
  const status = statuses.find((each) => each.name === name);
  const invocation = invocationOf(status?.containerID);
  const startedAt = status?.state.running?.startedAt;
  return invocation && startedAt !== undefined ? { invocation, at: fromTimestamp(startedAt) } : undefined;
}

/**
 * Returns the start that the mark of container-start shows. container-exit removes the mark when it has recorded the
 * exit, and container-start replaces it when the container restarts.
 */
function markedStart(
  pod: Pod,
  { started }: ContainerHistory,
  unit: ActualUnit | undefined,
  now: Instant,
): StartRecord | undefined {
  if (pod.spec.restartPolicy !== "Never" || (unit !== undefined && isUp(unit))) return undefined;
  // Marks are read after the units. A unit that seems to be inactive may have been started in between.
  return started !== undefined && started.at < now - CLOCK_TICK_MS ? started : undefined;
}

function isLost({ invocation, at }: StartRecord, history: ContainerHistory, unit: ActualUnit | undefined): boolean {
  // container-start may be compacting the records at this moment.
  if (unit?.invocation === invocation || unit?.state?.sub === "start-pre") return false;
  // A record of a later start means that this exit was recorded as well, and compacted since.
  return !history.exits.some((exit) => exit.invocation === invocation || exit.startedAt > at + 1000);
}
