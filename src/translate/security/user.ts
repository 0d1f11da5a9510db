import type { Container, Pod } from "../../model/api/pod.ts";
import type { ProcessUser } from "../../model/confinement.ts";
import type { Problem } from "../../model/problem.ts";
import { containerPath } from "../container-path.ts";

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

/**
 * As the runtimes fill in what nobody said: root in group 0. No group comes from the host's /etc/group: a number that a
 * pod chose by itself must not become a member of the host's docker group.
 */
export function processUser(pod: Pod, container: Container): ProcessUser {
  const { uid = 0, gid = 0 } = userOf(pod, container);
  const { supplementalGroups = [], fsGroup } = pod.spec.securityContext ?? {};
  const groups = new Set([...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])]);
  return { uid, gid, groups: [...groups].filter((group) => group !== gid).toSorted((a, b) => a - b) };
}

/** runAsNonRoot is kept by numbers: without a runAsUser a container on the host's files runs as root. */
export function runAsNonRootProblem(pod: Pod, container: Container): Problem | undefined {
  const own = container.securityContext;
  const shared = pod.spec.securityContext;
  if (!(own?.runAsNonRoot ?? shared?.runAsNonRoot)) return undefined;
  if ((userOf(pod, container).uid ?? 0) !== 0) return undefined;
  const path =
    own?.runAsNonRoot === undefined
      ? "spec.securityContext.runAsNonRoot"
      : `${containerPath(pod, container)}.securityContext.runAsNonRoot`;
  return {
    severity: "reject",
    path,
    because: `asks for a user other than root, and container "${container.name}" runs as root`,
    remedy: "set runAsUser to a number other than 0",
  };
}
