import type { Container, Pod } from "../../model/api/pod.ts";
import type { ProcessUser, RequestedUser } from "../../model/confinement.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResolvedContainer } from "../resolved-container.ts";

/** Returns runAsUser and runAsGroup: the container's securityContext counts before the pod's. */
export function requestedUser(pod: Pod, container: Container): RequestedUser {
  const uid = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const gid = container.securityContext?.runAsGroup ?? pod.spec.securityContext?.runAsGroup;
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

/**
 * Returns the user with the runtimes' defaults, root and group 0. No group comes from the host's /etc/group: a UID that
 * a pod chooses must not become a member of the host's docker group.
 */
export function processUser({ pod, user }: Pick<ResolvedContainer, "pod" | "user">): ProcessUser {
  const { uid = 0, gid = 0 } = user;
  const { supplementalGroups = [], fsGroup } = pod.spec.securityContext ?? {};
  const groups = new Set([...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])]);
  return { uid, gid, groups: [...groups].filter((group) => group !== gid).toSorted((a, b) => a - b) };
}

/** Checks runAsNonRoot by number: without runAsUser a container on the host's files runs as root. */
export function runAsNonRootProblem({ pod, container, user, path: base }: ResolvedContainer): Problem | undefined {
  const own = container.securityContext;
  const shared = pod.spec.securityContext;
  if (!(own?.runAsNonRoot ?? shared?.runAsNonRoot)) return undefined;
  if ((user.uid ?? 0) !== 0) return undefined;
  const path =
    own?.runAsNonRoot === undefined ? "spec.securityContext.runAsNonRoot" : `${base}.securityContext.runAsNonRoot`;
  return {
    severity: "reject",
    path,
    because: `asks for a user other than root, and container "${container.name}" runs as root`,
    remedy: "set runAsUser to a number other than 0",
  };
}
