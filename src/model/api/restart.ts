import type { ContainerKind } from "../unit.ts";
import type { Container, Pod, RestartPolicy } from "./pod.ts";

/** A container may have its own, and a sidecar has. */
export function restartPolicy(pod: Pod, container: Container, kind: ContainerKind): RestartPolicy {
  if (kind === "ephemeral") return "Never";
  return container.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
}

/** Exit codes, ascending, after which a container is started again whatever its policy says. */
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

/** Whether a container that ended with this code is started again. Whatever the policy, an init container that succeeded is not. */
export function shouldRestart(pod: Pod, container: Container, kind: ContainerKind, exitCode: number): boolean {
  if (kind === "init" && exitCode === 0) return false;
  if (restartCodes(container).includes(exitCode)) return true;
  const policy = restartPolicy(pod, container, kind);
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}
