import { restartPolicy } from "../model/api/restart.ts";
import type { ContainerHistory } from "../model/exit-record.ts";
import { NO_HISTORY } from "../model/exit-record.ts";
import type { Step } from "../model/step.ts";
import type { Runnable } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { specOf } from "./may-start.ts";
import { killing } from "./teardown.ts";
import { isIdle, isStopping } from "./unit-states.ts";

/**
 * Sidecars have nobody to serve any more when all containers have ended for good, or an init container has. systemd stops
 * them in the reverse of the order in which they were started.
 */
export function stopSidecars(translation: Runnable, world: World): Step[] | undefined {
  const { pod, containers } = translation;
  const sidecars = containers.filter(({ kind }) => kind === "sidecar");
  if (sidecars.length === 0 || !isOver(translation, world)) return undefined;
  return sidecars.flatMap(({ unitName }): Step[] => {
    const unit = world.units.get(unitName);
    if (unit === undefined || isIdle(unit) || isStopping(unit)) return [];
    const because = "all that it served has ended";
    return [{ kind: "stop", uid: pod.metadata.uid, unit: unitName, because, event: killing(pod, unit) }];
  });
}

function isOver({ pod, containers }: Runnable, world: World): boolean {
  const pasts = world.directories.get(pod.metadata.uid)?.pasts;
  const past = (name: string): ContainerHistory => pasts?.get(name) ?? NO_HISTORY;
  const main = containers.filter(({ kind }) => kind === "container");
  if (main.every(({ name, unitName }) => past(name).finished && isIdle(world.units.get(unitName)))) return true;
  return containers.some(({ name, kind, unitName }) => {
    const isLast = kind === "init" && restartPolicy(pod, specOf(pod, name), kind) === "Never";
    return isLast && !past(name).done && past(name).exits.length > 0 && isIdle(world.units.get(unitName));
  });
}
