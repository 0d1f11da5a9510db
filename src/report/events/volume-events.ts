import { containersOf, statusesOf } from "../../model/api/containers.ts";
import type { PodEvent } from "../../model/api/event.ts";
import type { PodStatus } from "../../model/api/pod.ts";
import type { Instant } from "../../model/api/time.ts";
import type { Translation } from "../../model/translation.ts";
import { pulledMessage } from "../pulled.ts";

/** Returns the Events about images of volumes, once, when the first container that mounts the volume has started. */
export function volumeEvents(
  translation: Translation,
  previous: PodStatus | undefined,
  next: PodStatus,
): readonly PodEvent[] {
  const { pod } = translation;
  if (translation.kind === "rejected") return [];
  const [before, after] = [startedContainers(previous), startedContainers(next)];
  return (translation.imageVolumes ?? []).flatMap(({ volume, reference, stored }): PodEvent[] => {
    const mounting = containersOf(pod.spec).filter(({ volumeMounts }) =>
      volumeMounts?.some((mount) => mount.name === volume),
    );
    const isFirst = mounting.some(({ name }) => after.has(name)) && !mounting.some(({ name }) => before.has(name));
    const message =
      isFirst && stored !== undefined ? pulledMessage(pod, { image: reference, stored, isFirst: true }) : undefined;
    return message === undefined ? [] : [{ pod, type: "Normal", reason: "Pulled", message, occurrence: volume }];
  });
}

/** The interval in which a volume that cannot be updated makes an Event. The kubelet repeats it every 2 min 2 s. */
const STALE_INTERVAL_MS = 10 * 60_000;

/** Returns an Event for each volume whose new content cannot be read, again and again until it can. */
export function staleVolumeEvents(translation: Translation, now: Instant): readonly PodEvent[] {
  if (translation.kind === "rejected") return [];
  const { pod, staleVolumes = [] } = translation;
  return [...staleVolumes].map(([volume, because]) => ({
    pod,
    type: "Warning",
    reason: "FailedMount",
    message: `MountVolume.SetUp failed for volume "${volume}" : ${because}`,
    occurrence: `${volume} ${Math.floor(now / STALE_INTERVAL_MS)}`,
  }));
}

function startedContainers(status: PodStatus | undefined): ReadonlySet<string> {
  const all = statusesOf(status).filter(({ containerID }) => containerID !== undefined);
  return new Set(all.map(({ name }) => name));
}
