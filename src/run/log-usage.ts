import { readLevels } from "../io/host/host.ts";
import { countLogs } from "../io/journal/log-usage.ts";
import { containersOf } from "../model/api/containers.ts";
import type { Pod } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import type { Config } from "../model/host/config.ts";
import { shortDisks } from "../model/host/pressure.ts";
import type { PodList } from "../model/world.ts";
import { hasContainerLimit } from "../translate/eviction/limits.ts";
import { containerUnitName } from "../unitfile/names.ts";

/**
 * Counts the logs of pods that a limit or the disk pressure of the node may evict, and stores the counts for `observe`. A run
 * without such pods does nothing here.
 */
export async function countPodLogs(config: Config, pods: PodList, now: Instant): Promise<void> {
  if (config.cluster === undefined) return;
  const isDiskShort = shortDisks(config, readLevels(), now).pods;
  const counted = pods.items.filter((pod) => isActive(pod) && (isDiskShort || hasContainerLimit(pod)));
  if (counted.length === 0) return;
  // A container may have written before its pod's startTime, which the run sets when it reports the start.
  const containers = counted.flatMap(({ metadata, spec }) =>
    containersOf(spec).map(({ name }) => ({
      unit: containerUnitName(metadata.namespace, metadata.name, name),
      ...{ podUID: metadata.uid, container: name, since: Date.parse(metadata.creationTimestamp ?? "") || now },
    })),
  );
  await countLogs(containers, now);
}

function isActive({ status }: Pod): boolean {
  return status?.startTime !== undefined && (status.phase === "Running" || status.phase === "Pending");
}
