import { isTerminal, isTerminating } from "../model/api/phase.ts";
import { allocatable } from "../model/host/allocatable.ts";
import { bridgeRanges, networkOf } from "../model/pod-network.ts";
import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { admissionRejections } from "./admission/admit.ts";
import { takenUnits } from "./adopt/taken.ts";
import { endedPod, hasNothingLeft } from "./ended-pod.ts";
import { evictions } from "./eviction/evict.ts";
import { deadlineExceeded } from "./lifecycle/deadline.ts";
import { portConflicts } from "./network/ports.ts";
import { serviceEntries } from "./network/service-entries.ts";
import { translatePod } from "./pod.ts";
import { policyFor } from "./policy-for.ts";
import { admitResize } from "./resources/resize.ts";

/** Translates every pod of the list, whether the list is complete or not. */
export function translateAll(world: World, libDir: string): readonly Translation[] {
  const { config, host, podCIDRs } = world;
  const alive = world.pods.items.filter((pod) => !isTerminating(pod) && !isTerminal(pod.status?.phase));
  const conflicts = portConflicts(alive, config);
  const taken = takenUnits(alive, world);
  const rejected = admissionRejections(
    world.pods.items.filter(({ status }) => !isTerminal(status?.phase)),
    world,
  );
  const evicted = evictions(world);
  const late = deadlineExceeded(alive, world.now);
  const room = allocatable(config, host);
  const failed = failedMounts(world);
  const isOver = hasNothingLeft(world);
  const ranges = bridgeRanges(config, podCIDRs);
  const facts = factsOf(world);
  return world.pods.items.map((listed) => {
    const { uid } = listed.metadata;
    const ended = rejected.get(uid) ?? late.get(uid) ?? evicted.get(uid);
    if (ended !== undefined) return ended;
    const directory = world.directories.get(uid);
    if (isOver(listed)) return endedPod(listed, networkOf(listed, { host, config, directory }), world);
    const network = networkOf(listed, { host, config, directory, ranges });
    const { pod, pending } = admitResize(listed, alive, room);
    const translation = translatePod(pod, {
      ...facts,
      config: policyFor(pod, config),
      libDir,
      network,
      directory,
      failedMounts: failed,
      taken: taken.get(uid),
      conflict: conflicts.get(uid),
    });
    return pending && translation.kind === "runnable" ? { ...translation, pendingResize: pending } : translation;
  });
}

/** Returns what the translation of each pod depends on alike. */
function factsOf(world: World) {
  const { config, host, node, references, absentDirectories, hostFiles, envFiles, images } = world;
  const { podCIDRs, clusterNetwork, units, hostUnits, pods } = world;
  return {
    ...{ config, host, node, references, absentDirectories, hostFiles, envFiles, images },
    ...{ podCIDRs, clusterNetwork, units, hostUnits },
    services: pods.services && serviceEntries(pods.services, pods.items),
  };
}

function failedMounts({ units }: World): ReadonlySet<string> {
  const failed = [...units.values()].filter(
    ({ state, identity }) => identity?.kind === "mount" && state?.active === "failed",
  );
  return new Set(failed.map(({ name }) => name));
}
