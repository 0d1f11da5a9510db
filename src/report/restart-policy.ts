import type { Pod, RestartPolicy } from "../model/pod.ts";
import type { ContainerKind } from "../model/unit.ts";

/** Whether a container that ended with this code is started again. Whatever the policy, an init container that succeeded is not, nor an ephemeral one. */
export function shouldRestart(pod: Pod, exitCode: number, kind: ContainerKind): boolean {
  if (kind === "ephemeral" || (kind === "init" && exitCode === 0)) return false;
  return RESTART[pod.spec.restartPolicy ?? "Always"](exitCode);
}

const RESTART = {
  Always: () => true,
  OnFailure: (exitCode) => exitCode !== 0,
  Never: () => false,
} as const satisfies Record<RestartPolicy, (exitCode: number) => boolean>;
