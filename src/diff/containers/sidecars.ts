import { restartPolicy } from "../../model/api/restart.ts";
import type { ContainerHistory } from "../../model/exit-record.ts";
import { NO_HISTORY } from "../../model/exit-record.ts";
import type { Step } from "../../model/step.ts";
import type { Runnable } from "../../model/translation.ts";
import type { World } from "../../model/world.ts";
import { killing } from "../units/stop-events.ts";
import { markStopping } from "../units/teardown.ts";
import { isIdle, isStopping } from "../units/unit-states.ts";
import { specOf } from "./may-start.ts";

/**
 * Stops the sidecars when all containers have ended for good, or an init container has. systemd stops them in the
 * reverse order of their start. Returns undefined while the pod goes on.
 */
export function stopSidecars(translation: Runnable, world: World): Step[] | undefined {
  const { pod, containers } = translation;
  const sidecars = containers.filter(({ kind }) => kind === "sidecar");
  if (sidecars.length === 0 || !isOver(translation, world)) return undefined;
  const { uid } = pod.metadata;
  const because = "the containers that it serves have ended";
  const stops = sidecars.flatMap(({ unitName }): Step[] => {
    const unit = world.units.get(unitName);
    if (unit === undefined || isIdle(unit) || isStopping(unit)) return [];
    return [{ kind: "stop", uid, unit: unitName, because, event: killing(pod, unit) }];
  });
  return stops.length === 0 ? [] : [...markStopping(uid, world.directories.get(uid), because), ...stops];
}

function isOver({ pod, containers }: Runnable, world: World): boolean {
  const histories = world.directories.get(pod.metadata.uid)?.histories;
  const history = (name: string): ContainerHistory => histories?.get(name) ?? NO_HISTORY;
  const main = containers.filter(({ kind }) => kind === "container");
  if (main.every(({ name, unitName }) => history(name).finished && isIdle(world.units.get(unitName)))) return true;
  return containers.some(({ name, kind, unitName }) => {
    const isLast = kind === "init" && restartPolicy(pod, specOf(pod, name), kind) === "Never";
    const { done, restarted, exits } = history(name);
    return isLast && !done && !restarted && exits.length > 0 && isIdle(world.units.get(unitName));
  });
}
