import type { Pod } from "../../model/api/pod.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import type { ContainerReset, Step } from "../../model/step.ts";
import { type ActualUnit, isAdopted } from "../../model/unit.ts";
import type { PodDirectory, World } from "../../model/world.ts";
import { withEvents } from "../units/stop-events.ts";
import { type Ending, enforceForcedGrace } from "../units/teardown.ts";
import { isIdle, isStopping } from "../units/unit-states.ts";

/** The containers of a pod that an exit restarts all together, and the units of those that have one. */
export interface RestartingPod {
  readonly uid: string;
  /** Names of all init containers, sidecars and main containers. */
  readonly names: readonly string[];
  readonly units: readonly ActualUnit[];
  /** The pod's object; undefined when it cannot be read. */
  readonly pod?: Pod;
}

export interface RestartAll {
  readonly steps: readonly Step[];
  /** The world in which the containers start anew; undefined while some of them still run. */
  readonly after?: World;
}

/**
 * Restarts all containers of a pod after an exit that asks for it (`kuberuntime_manager.go: computePodActions`, v1.36).
 * They end with the smallest grace period, but a unit of the host with its own. They have nothing to show that init
 * containers have run or that any has finished. Returns undefined for a pod without such an exit.
 */
export function restartAll({ uid, names, units, pod }: RestartingPod, world: World): RestartAll | undefined {
  const directory = world.directories.get(uid);
  if (directory?.restartAll === undefined) return undefined;
  const because = `an exit of container ${directory.restartAll} restarts all containers of the pod`;
  const ending = { uid, units, because, ...(pod && { pod }) };
  if (units.some((unit) => !isIdle(unit))) {
    const own = { ...ending, units: units.filter((unit) => !isAdopted(unit)) };
    return { steps: [...enforceForcedGrace(own, world), ...stopContainers(ending)] };
  }
  const containers = names.map((name) => resetOf(name, directory));
  return {
    steps: [{ kind: "reset-containers", uid, containers, because }],
    after: { ...world, directories: new Map([...world.directories, [uid, reset(directory, names)]]) },
  };
}

function stopContainers({ uid, units, because, pod }: Ending): Step[] {
  const running = units.filter((unit) => !isIdle(unit) && !isStopping(unit));
  return withEvents(
    running.map(({ name }): Step => ({ kind: "stop", uid, unit: name, because })),
    pod,
    running,
  );
}

function resetOf(name: string, { histories, restartAll }: PodDirectory): ContainerReset {
  const invocation = histories.get(name)?.exits.at(-1)?.invocation;
  return { name, ...(invocation && { invocation }), isCause: name === restartAll };
}

/** Returns the directory as the step leaves it. */
function reset(directory: PodDirectory, names: readonly string[]): PodDirectory {
  const { restartAll: _, stoppingSince: _since, stoppingGrace: _grace, ...rest } = directory;
  const fresh = names.map((name): [string, ContainerHistory] => {
    const { up: _up, ...history } = directory.histories.get(name) ?? NO_HISTORY;
    return [name, { ...history, finished: false, done: false, restarted: true }];
  });
  return { ...rest, histories: new Map([...directory.histories, ...fresh]) };
}
