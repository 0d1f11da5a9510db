import type { Container, Pod } from "../../model/api/pod.ts";
import type { HostUser } from "../../model/host/confinement-probe.ts";
import { annotationOptions } from "./options.ts";

/** True when an annotation of the pod names a user of the host. */
export function namesUser(pod: Pod): boolean {
  return Object.keys(pod.metadata.annotations ?? {}).some((key) => /^unitlet\.dev\/user(\.|$)/.test(key));
}

/** Returns the pod with runAsUser and runAsGroup in place of the names of users. */
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
