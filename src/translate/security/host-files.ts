import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { containerAppArmor, READ_ONLY_PATHS } from "./rights.ts";

/** Where /etc/resolv.conf leads to on many hosts, below the /run that containers do not see. */
export const RESOLVER_PATHS = ["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf"];

/** What builds the fence: no other program that hosts have can ask the kernel for one. */
export const PERL = "/usr/bin/perl";

/** What a unit names only where it is there: each path that systemd looks for in vain costs a start 0.4 ms. */
export const OPTIONAL_PATHS = [PERL, ...RESOLVER_PATHS, ...READ_ONLY_PATHS, "/etc/hosts", "/etc/resolv.conf"];

/** Whether the kernel's list of profiles is worth reading. */
export function namesAppArmorProfile(pods: readonly Pod[]): boolean {
  return pods.some((pod) =>
    containersOf(pod.spec).some((container) => containerAppArmor(pod, container) !== undefined),
  );
}
