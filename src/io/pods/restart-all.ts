import { join } from "node:path";
import type { ContainerHistory } from "../../model/exit-record.ts";
import { podRunDir, podStateDir } from "../../model/paths.ts";
import type { ContainerReset } from "../../model/step.ts";
import { readOptional, remove, writeAtomic } from "../files.ts";

/** container-exit writes it, with the container whose exit restarts the pod. */
const REQUEST = "restart-all";
/** A line for each container: its name, its last exit before the restart, and whether it was the cause. */
const RESTARTED = "restarted";
const NO_EXIT = "-";

/** Returns the container whose exit restarts all containers of the pod; undefined when there is none. */
export function readRestartRequest(uid: string): string | undefined {
  return (readOptional(join(podStateDir(uid), REQUEST)) ?? "").trim() || undefined;
}

/** Returns the last exit of each container before the last restart of the pod, "-" when it had none. */
export function readRestarted(uid: string): ReadonlyMap<string, string> {
  const lines = (readOptional(join(podStateDir(uid), RESTARTED)) ?? "").split("\n");
  return new Map(lines.map((line): [string, string] => [line.split(" ")[0] ?? "", line.split(" ")[1] ?? NO_EXIT]));
}

/** True when the container has not ended since the last restart of the pod. */
export function isRestarted(name: string, exits: ContainerHistory["exits"], restarted: ReadonlyMap<string, string>) {
  const before = restarted.get(name);
  return before !== undefined && before === (exits.at(-1)?.invocation ?? NO_EXIT);
}

/**
 * Lets the containers start anew. The request is removed last, so that an interrupted step is repeated. Throws the
 * errors of the file system.
 */
export function resetContainers(uid: string, containers: readonly ContainerReset[]): void {
  const lines = containers.map(
    ({ name, invocation, isCause }) => `${name} ${invocation ?? NO_EXIT} ${isCause ? "cause" : "-"}\n`,
  );
  writeAtomic(join(podStateDir(uid), RESTARTED), lines.join(""), 0o600);
  for (const { name } of containers) {
    remove(join(podStateDir(uid), `${name}.finished`));
    for (const mark of ["initialized", "sidecar-started", "backoff", "held"])
      remove(join(podRunDir(uid), `${name}.${mark}`));
  }
  remove(join(podRunDir(uid), "stopping"));
  remove(join(podStateDir(uid), REQUEST));
}
