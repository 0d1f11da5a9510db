import { containersOf } from "../../model/api/containers.ts";
import type { Pod } from "../../model/api/pod.ts";
import { containerAppArmor } from "./rights.ts";

/** Files of the host in whose place a pod has its own, where the host has them. */
export const OPTIONAL_PATHS = ["/etc/hosts", "/etc/resolv.conf"];

/** True when a container names an AppArmor profile. */
export function namesAppArmorProfile(pods: readonly Pod[]): boolean {
  return pods.some((pod) =>
    containersOf(pod.spec).some((container) => containerAppArmor(pod, container) !== undefined),
  );
}
