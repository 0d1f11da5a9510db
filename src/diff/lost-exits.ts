import { NO_PAST } from "../model/exit-record.ts";
import type { Pod } from "../model/pod.ts";
import type { Step } from "../model/step.ts";
import { fromTimestamp, type Instant } from "../model/time.ts";
import type { DesiredContainer, Runnable } from "../model/translation.ts";
import type { ActualUnit } from "../model/unit.ts";
import type { PodDirectory, World } from "../model/world.ts";

/**
 * A container that status says is running, but whose invocation is gone without a record, ended and nobody saw how: the
 * machine lost power, its cgroup was killed as a whole. It is recorded as one exit of unknown status.
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
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container.name);
  const startedAt = status?.state.running?.startedAt;
  const invocation = status?.containerID?.replace(/^systemd:\/\//, "");
  if (startedAt === undefined || !invocation || unit?.invocation === invocation) return undefined;
  // container-start may be compacting the records right now.
  if (unit?.state?.sub === "start-pre") return undefined;
  const past = directory?.pasts.get(container.name) ?? NO_PAST;
  const started = fromTimestamp(startedAt);
  // An exit that began later means that this one was recorded too, and forgotten since.
  if (past.exits.some((exit) => exit.invocation === invocation || exit.startedAt > started + 1000)) return undefined;
  return {
    kind: "record",
    uid: pod.metadata.uid,
    container: container.name,
    because: `container ${container.name} ended and left no record`,
    record: {
      invocation,
      result: "lost",
      code: "lost",
      status: "",
      startedAt: started,
      finishedAt: Math.max(started, now),
      oomKilled: false,
      executed: true,
      specHash: container.unit?.identity.specHash ?? "",
    },
  };
}
