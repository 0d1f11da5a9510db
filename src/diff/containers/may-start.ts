import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import { restartCodes, restartPolicy } from "../../model/api/restart.ts";
import { type ContainerHistory, NO_HISTORY } from "../../model/exit-record.ts";
import type { Step } from "../../model/step.ts";
import type { DesiredContainer, Runnable } from "../../model/translation.ts";

/** Returns why an idle container should be started now; undefined when it should not. */
export function mayStart(
  { pod, containers }: Runnable,
  container: DesiredContainer,
  histories: ReadonlyMap<string, ContainerHistory>,
): string | undefined {
  const history = histories.get(container.name) ?? NO_HISTORY;
  const spec = specOf(pod, container.name);
  const policy = restartPolicy(pod, spec, container.kind);
  const inits = containers.filter(({ kind }) => kind === "init" || kind === "sidecar");
  const at = inits.indexOf(container);
  const before = at < 0 ? inits : inits.slice(0, at);
  if (
    container.kind !== "ephemeral" &&
    !before.every((each) => isBehind(each, pod, histories.get(each.name) ?? NO_HISTORY))
  )
    return undefined;
  if (container.kind === "init" ? history.done : history.finished) return undefined;
  if (history.restarted) return "all containers of the pod restart";
  const last = history.exits.at(-1);
  const ran = last !== undefined || history.forgottenExits > 0;
  if (!ran) return policy === "Never" && wasSeen(pod.status, container.name) ? undefined : "the pod should run";
  // An init container that succeeded before a reboot runs again. One that failed under Never does not.
  const endedWell = last?.code === "exited" && last.status === "0";
  // container-exit has applied restartPolicyRules; a container that it has not marked as finished may run.
  if (restartCodes(spec).length > 0 && container.kind === "container") return "it ended and should run again";
  if (policy === "Never") return container.kind === "init" && endedWell ? "the pod starts again" : undefined;
  if (policy === "OnFailure" && container.kind === "container" && endedWell) return undefined;
  return "it ended and should run again";
}

/**
 * True when the next container may start. systemd starts a sidecar that was never started together with the units that
 * need it.
 */
function isBehind({ name, kind }: DesiredContainer, pod: Pod, history: ContainerHistory): boolean {
  if (kind === "init") return history.done;
  if (history.up) return true;
  return history.exits.length === 0 && specOf(pod, name).startupProbe === undefined;
}

/** Returns the container of this name; a container with a name alone when the pod has none of this name. */
export function specOf({ spec }: Pod, name: string): Container {
  return containersOf(spec).find((each) => each.name === name) ?? { name };
}

function wasSeen(status: Runnable["pod"]["status"], name: string): boolean {
  return statusesOf(status).some((container) => container.name === name && container.containerID !== undefined);
}

/** Returns the step without which a container cannot start whose last start has failed; none for any other container. */
export function release(uid: string, container: string, { held }: ContainerHistory): Step[] {
  return held ? [{ kind: "release", uid, container, because: "its back-off is over" }] : [];
}
