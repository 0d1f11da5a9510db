import type { ContainerKind } from "../unit.ts";
import type { RestartRule } from "./lifecycle.ts";
import type { Container, Pod, RestartPolicy } from "./pod.ts";

/**
 * Returns the restart policy of a container: its own, or that of the pod. An ephemeral container is never restarted.
 */
export function restartPolicy(pod: Pod, container: Container, kind: ContainerKind): RestartPolicy {
  if (kind === "ephemeral") return "Never";
  return container.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
}

/** Returns the exit codes, ascending, after which restartPolicyRules restart the container in spite of its policy. */
export function restartCodes(container: Container): readonly number[] {
  return codesOf(container, "Restart");
}

/** Returns the exit codes, ascending, after which restartPolicyRules restart all containers of the pod. */
export function restartAllCodes(container: Container): readonly number[] {
  return codesOf(container, "RestartAllContainers");
}

/**
 * True when an exit of a container may restart all containers of the pod (`api/v1/pod/util.go:
 * AllContainersCouldRestart`, v1.36).
 */
export function mayRestartAll({ initContainers = [], containers }: Pod["spec"]): boolean {
  return [...initContainers, ...containers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === "RestartAllContainers"),
  );
}

/** The first rule that names a code decides (`api/v1/pod/util.go: FindMatchingContainerRestartRule`, v1.36). */
function codesOf({ restartPolicyRules: rules = [] }: Container, action: string): readonly number[] {
  if (rules.length === 0) return [];
  const codes = Array.from({ length: 256 }, (_, code) => code);
  return codes.filter((code) => rules.find(names(code))?.action === action);
}

const names =
  (code: number) =>
  ({ exitCodes }: RestartRule) =>
    exitCodes !== undefined && (exitCodes.values ?? []).includes(code) === (exitCodes.operator === "In");

/**
 * True when a container that ended with this code is started again (`container/helpers.go: ShouldContainerBeRestarted`,
 * v1.36). An init container that succeeded is not, whatever the policy.
 */
export function shouldRestart(pod: Pod, container: Container, kind: ContainerKind, exitCode: number): boolean {
  if (kind === "init" && exitCode === 0) return false;
  if ([...restartCodes(container), ...restartAllCodes(container)].includes(exitCode)) return true;
  const policy = restartPolicy(pod, container, kind);
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}
