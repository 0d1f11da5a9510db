import type { Container, Pod } from "../model/pod.ts";
import type { Problem } from "../model/problem.ts";

export interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** The container's own word counts before the pod's. */
export function userOf(pod: Pod, container: Container): User {
  const uid = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const gid = container.securityContext?.runAsGroup ?? pod.spec.securityContext?.runAsGroup;
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

export function userLines(user: User): readonly (readonly [string, string])[] {
  if (user.uid === undefined && user.gid === undefined) return [];
  // Without Group= systemd takes the primary group of the host's passwd entry, which the pod knows nothing of.
  return [
    ["User", String(user.uid ?? 0)],
    ["Group", String(user.gid ?? 0)],
  ];
}

/** runAsNonRoot is kept by numbers: without a runAsUser a container on the host's files runs as root. */
export function runAsNonRootProblem(pod: Pod, container: Container): Problem | undefined {
  const own = container.securityContext as { runAsNonRoot?: boolean } | undefined;
  const shared = pod.spec.securityContext as { runAsNonRoot?: boolean } | undefined;
  if (!(own?.runAsNonRoot ?? shared?.runAsNonRoot)) return undefined;
  if ((userOf(pod, container).uid ?? 0) !== 0) return undefined;
  const path = own?.runAsNonRoot === undefined ? "spec.securityContext.runAsNonRoot" : `spec.containers[${container.name}].securityContext.runAsNonRoot`;
  return {
    severity: "reject",
    path,
    because: `asks for a user other than root, and container "${container.name}" runs as root`,
    remedy: "set runAsUser to a number other than 0",
  };
}
