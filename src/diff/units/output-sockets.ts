import type { Step } from "../../model/step.ts";
import type { World } from "../../model/world.ts";

/**
 * Stops the sockets that still hold pipes of the pod's containers. systemd stops a socket with its container, but not one
 * that a container's start has pulled in by the unit of an init container that has run before: that unit does not start, so
 * it never ends.
 */
export function stopOutputSockets(uid: string, because: string, { outputs = [] }: World): Step[] {
  return outputs.filter((each) => each.uid === uid).map(({ unit }): Step => ({ kind: "stop", uid, unit, because }));
}

/** Stops the sockets of pods of which nothing else is left. `listed` are the UIDs of a complete list. */
export function stopOrphanedSockets(world: World, listed: ReadonlySet<string>): Step[] {
  const { outputs = [], units, directories } = world;
  if (outputs.length === 0) return [];
  const owners = new Set([...units.values()].flatMap(({ identity }) => (identity ? [identity.podUID] : [])));
  const uids = new Set(outputs.map(({ uid }) => uid));
  const orphans = [...uids].filter((uid) => !listed.has(uid) && !owners.has(uid) && !directories.has(uid));
  return orphans.flatMap((uid) => stopOutputSockets(uid, "the pod is gone", world));
}
