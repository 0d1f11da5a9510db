import { containerPath, containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { appArmorOf } from "./rights.ts";
import { seccompOf } from "./seccomp.ts";

/** Files of the host in whose place a pod has its own, where the host has them. */
export const OPTIONAL_PATHS = ["/etc/hosts", "/etc/resolv.conf"];

/** True when a container asks for an AppArmor profile. */
export function needsAppArmor(pods: readonly Pod[]): boolean {
  return pods.some((pod) =>
    containersOf(pod.spec).some((each) => (appArmorOf(pod, each)?.type ?? "Unconfined") !== "Unconfined"),
  );
}

/** Returns the names of the administrator's seccomp profiles that containers ask for. */
export function seccompProfileNames(pods: readonly Pod[]): readonly string[] {
  const names = pods.flatMap((pod) => containersOf(pod.spec).map((each) => seccompOf(pod, each)));
  return [...new Set(names.flatMap((seccomp) => (seccomp.type === "localhost" ? [seccomp.profile] : [])))];
}

/** True when a pod or a container asks for a label of SELinux. */
export function namesLabel(pods: readonly Pod[]): boolean {
  return pods.some((pod) => labelPaths(pod).length > 0);
}

/** Returns the fields by which the pod asks for labels of SELinux. */
export function labelPaths(pod: Pod): readonly string[] {
  const asked = (options: object | undefined) => options !== undefined && Object.keys(options).length > 0;
  return [
    ...(asked(pod.spec.securityContext?.seLinuxOptions) ? ["spec.securityContext.seLinuxOptions"] : []),
    ...containersOf(pod.spec)
      .filter(({ securityContext }) => asked(securityContext?.seLinuxOptions))
      .map((each) => `${containerPath(pod, each)}.securityContext.seLinuxOptions`),
  ];
}
