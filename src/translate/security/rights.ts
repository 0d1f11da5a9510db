import type { Container, Pod } from "../../model/api/pod.ts";
import type { SecurityProfile } from "../../model/api/security-context.ts";
import type { Confinement, ProcessUser } from "../../model/confinement.ts";
import { kernelHostname } from "../network/hostname.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { capabilitiesOf, withheldCapabilities } from "./capabilities.ts";
import { seccompOf } from "./seccomp.ts";

/** Paths that change the host when written to, which their modes allow to root in a container. */
export const READ_ONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

type Rights = Pick<
  Confinement,
  "privileged" | "capabilities" | "noNewPrivileges" | "seccomp" | "readOnlyPaths" | "appArmorProfile" | "hostname"
>;

/** Returns the rights of a container, on the host's files or on an image. */
export function containerRights(
  { pod, container, network }: Pick<ResolvedContainer, "pod" | "container" | "network">,
  user: ProcessUser,
  clusterDomain: string,
): Rights {
  const own = container.securityContext;
  const privileged = own?.privileged ?? false;
  const noNewPrivileges = own?.allowPrivilegeEscalation === false;
  const hostname = kernelHostname(pod, clusterDomain);
  const appArmorProfile = privileged ? undefined : containerAppArmor(pod, container);
  // File modes already keep out a user that is not root and cannot become root.
  const isHarmless = privileged || (user.uid !== 0 && noNewPrivileges);
  return {
    privileged,
    capabilities: capabilitiesOf(own, withheldCapabilities(pod, network)),
    noNewPrivileges,
    seccomp: seccompOf(pod, container),
    readOnlyPaths: isHarmless ? [] : READ_ONLY_PATHS,
    ...(appArmorProfile === undefined ? {} : { appArmorProfile }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}

export function appArmorOf(pod: Pod, container: Container): SecurityProfile | undefined {
  return container.securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile;
}

/** Returns the name of the AppArmor profile of the container's or the pod's securityContext. */
export function containerAppArmor(pod: Pod, container: Container): string | undefined {
  const profile = appArmorOf(pod, container);
  return profile?.type === "Localhost" ? profile.localhostProfile : undefined;
}
