import type { Container, Pod } from "../../model/api/pod.ts";
import type { Confinement, ProcessUser } from "../../model/confinement.ts";
import { kernelHostname } from "../network/hostname.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { seccompOf } from "./seccomp.ts";

/** What acts on the host when it is written to, and by its mode alone any root may. */
export const READ_ONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

type Rights = Pick<
  Confinement,
  "privileged" | "capabilities" | "noNewPrivileges" | "seccomp" | "readOnlyPaths" | "appArmorProfile" | "hostname"
>;

/** What a container may do, whatever files it is on. */
export function containerRights(pod: Pod, container: Container, user: ProcessUser, clusterDomain: string): Rights {
  const own = container.securityContext;
  const privileged = own?.privileged ?? false;
  const noNewPrivileges = own?.allowPrivilegeEscalation === false;
  const hostname = kernelHostname(pod, clusterDomain);
  const appArmorProfile = privileged ? undefined : containerAppArmor(pod, container);
  // Who is not root and cannot become root is kept off by the files' modes.
  const isHarmless = privileged || (user.uid !== 0 && noNewPrivileges);
  return {
    privileged,
    capabilities: capabilitiesOf(own),
    noNewPrivileges,
    seccomp: seccompOf(pod, container),
    readOnlyPaths: isHarmless ? [] : READ_ONLY_PATHS,
    ...(appArmorProfile === undefined ? {} : { appArmorProfile }),
    ...(hostname === undefined ? {} : { hostname }),
  };
}

/** The profile that the container names, by its own word or the pod's. */
export function containerAppArmor(pod: Pod, container: Container): string | undefined {
  const profile = container.securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile;
  return profile?.type === "Localhost" ? profile.localhostProfile : undefined;
}
