import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Pod } from "../../model/api/pod.ts";
import { digest } from "../../unitfile/hash.ts";
import { readKeptPods } from "./kept-pods.ts";
import { unitOwners } from "./unit-owners.ts";

/**
 * Returns a pod of the directory with the UID that it has as a static pod. A standalone node runs the same manifest with other
 * units. With one UID for both, neither mode would end the units of the other.
 */
export function withStaticUID(pod: Pod): Pod {
  const hex = digest(`static ${pod.metadata.uid}`, 32);
  const uid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { ...pod, metadata: { ...pod.metadata, uid } };
}

/** True while the host has units of this pod from before it joined a cluster. Two of it must not write the same files. */
export function isStandaloneHere(pod: Pod): boolean {
  return unitOwners(pod).has(pod.metadata.uid);
}

/** Returns which pods of the directory the host still has as static pods, after it has left its cluster. */
export function leftStaticPods(): (pod: Pod) => boolean {
  const left = readKeptPods().filter((pod) => unitOwners(pod).has(pod.metadata.uid));
  const names = new Set(left.map(manifestName));
  return ({ metadata }) => names.has(namespacedName(metadata));
}

/** Returns the name of a static pod without that of its node. */
function manifestName({ metadata, spec: { nodeName = "" } }: Pod): string {
  const name = namespacedName(metadata);
  return name.slice(0, name.length - `-${nodeName}`.length);
}
