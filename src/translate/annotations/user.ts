import type { Container, Pod } from "../../model/api/pod.ts";
import type { HostUser } from "../../model/host/confinement-probe.ts";
import { annotationOptions } from "./options.ts";

/** Whether any container is to run as a user of the host who is called by name. */
export function namesUser(pod: Pod): boolean {
  return Object.keys(pod.metadata.annotations ?? {}).some((key) => /^unitlet\.dev\/user(\.|$)/.test(key));
}

/** The pod with numbers for its users' names, as if it had said them itself. */
export function withUsers(pod: Pod, users: ReadonlyMap<string, HostUser> | undefined): Pod {
  if (users === undefined || !namesUser(pod)) return pod;
  const { initContainers, containers } = pod.spec;
  const numbered = (container: Container): Container => {
    const user = users.get(annotationOptions(pod, container).user ?? "");
    if (user === undefined) return container;
    const { uid: runAsUser, gid: runAsGroup } = user;
    return { ...container, securityContext: { ...container.securityContext, runAsUser, runAsGroup } };
  };
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(numbered),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(numbered) }),
    },
  };
}
