import { statusesOf } from "../model/containers.ts";
import { type ContainerPast, NO_PAST } from "../model/exit-record.ts";
import type { DesiredContainer, Runnable } from "../model/translation.ts";

/** Why an idle container should be started now; undefined when it should not be. */
export function mayStart(
  { pod, containers }: Runnable,
  container: DesiredContainer,
  pasts: ReadonlyMap<string, ContainerPast>,
): string | undefined {
  const past = pasts.get(container.name) ?? NO_PAST;
  const policy = container.kind === "ephemeral" ? "Never" : (pod.spec.restartPolicy ?? "Always");
  const inits = containers.filter(({ kind }) => kind === "init");
  const before = container.kind === "init" ? inits.slice(0, inits.indexOf(container)) : inits;
  if (container.kind !== "ephemeral" && before.some(({ name }) => !pasts.get(name)?.done)) return undefined;
  if (container.kind === "init" ? past.done : past.finished) return undefined;
  const last = past.exits.at(-1);
  const ran = last !== undefined || past.forgottenExits > 0;
  if (!ran) return policy === "Never" && wasSeen(pod.status, container.name) ? undefined : "the pod is to run";
  // An init container that ended well before a reboot runs again, one that failed under Never does not.
  const endedWell = last?.code === "exited" && last.status === "0";
  if (policy === "Never") return container.kind === "init" && endedWell ? "the pod starts anew" : undefined;
  if (policy === "OnFailure" && container.kind === "container" && endedWell) return undefined;
  return "it ended and is to run again";
}

function wasSeen(status: Runnable["pod"]["status"], name: string): boolean {
  return statusesOf(status).some((container) => container.name === name && container.containerID !== undefined);
}
