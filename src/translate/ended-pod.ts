import { isTerminal } from "../model/api/phase.ts";
import type { Pod } from "../model/api/pod.ts";
import type { PodNetwork } from "../model/pod-network.ts";
import type { Runnable } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { qosClass } from "./resources/resources.ts";
import { translateSlice } from "./slice.ts";

/** Returns a condition that is true for a pod that has ended and has nothing left on the host. */
export function hasNothingLeft({ units, directories }: World): (pod: Pod) => boolean {
  const owners = [...units.values()].flatMap(({ identity }) => (identity === undefined ? [] : [identity.podUID]));
  const left = new Set([...owners, ...directories.keys()]);
  return ({ metadata: { uid }, status }) => isTerminal(status?.phase) && !left.has(uid);
}

/**
 * Returns the translation of such a pod, without what no stage would read. The API keeps thousands of ended pods, and all of
 * their units would take each run more time than it has.
 */
export function endedPod(pod: Pod, network: PodNetwork, node: Pick<World, "host" | "config">): Runnable {
  const qos = qosClass(pod);
  const slice = translateSlice(pod, qos, node);
  const nothing = { containers: [], auxiliaryUnits: [], files: [], volumes: [], storage: [], problems: [] };
  return { kind: "runnable", pod, qosClass: qos, network, slice, ...nothing };
}
