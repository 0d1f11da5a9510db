import type { ContainerKind } from "../unit.ts";
import type { Container, Pod, RestartPolicy } from "./pod.ts";

/**
 * Returns the restart policy of a container: its own, or that of the pod. An ephemeral container is never restarted.
 */
export function restartPolicy(pod: Pod, container: Container, kind: ContainerKind): RestartPolicy {
  if (kind === "ephemeral") return "Never";
  return container.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
}

/** Returns the exit codes, ascending, after which restartPolicyRules restart the container in spite of its policy. */
export function restartCodes({ restartPolicyRules = [] }: Container): readonly number[] {
  if (restartPolicyRules.length === 0) return [];
  const codes = Array.from({ length: 256 }, (_, code) => code);
  return codes.filter((code) =>
    restartPolicyRules.some(({ action, exitCodes }) => {
      if (action !== "Restart" || exitCodes === undefined) return false;
      return (exitCodes.values ?? []).includes(code) === (exitCodes.operator === "In");
    }),
  );
}

/**
 * True when a container that ended with this code is started again (`container/helpers.go: ShouldContainerBeRestarted`,
 * v1.36). An init container that succeeded is not, whatever the policy.
 */
export function shouldRestart(pod: Pod, container: Container, kind: ContainerKind, exitCode: number): boolean {
  if (kind === "init" && exitCode === 0) return false;
  if (restartCodes(container).includes(exitCode)) return true;
  const policy = restartPolicy(pod, container, kind);
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}
