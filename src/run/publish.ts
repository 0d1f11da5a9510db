import { ApiError } from "../io/kube/api-error.ts";
import { removeEventsExcept } from "../io/kube/event-recorder.ts";
import { readPodSummaries, writePodSummaries } from "../io/pods/pod-summary.ts";
import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { namespacedName } from "../model/api/namespaced-name.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Instant } from "../model/api/time.ts";
import type { PodCount } from "../model/pod-count.ts";
import type { Translation } from "../model/translation.ts";
import type { BrokenPod, World } from "../model/world.ts";
import type { PodSource } from "../ports.ts";
import { podCounts } from "../report/pod-counts.ts";
import { type PodReport, reportPods, runEvents } from "../report/pod-reports.ts";
import { podSummary } from "../report/pod-summary.ts";
import type { Applied } from "./apply.ts";
import { reportBrokenPods, toBrokenPod } from "./broken-pods.ts";
import { type Broken, contain } from "./contain.ts";
import { deleteTakenPods, reconcileMirrorPods, takenNameEvents } from "./mirror-pods.ts";
import type { Result } from "./result.ts";

export interface Published {
  /** The number of pods whose status differed, including those that could not be written. */
  readonly changed: number;
  /** The number of statuses that the source has accepted. */
  readonly written: number;
  /** A pod has reached its end: the next run removes what is left of it. */
  readonly anyPodFinished: boolean;
  /** What has happened to pods, for /metrics. */
  readonly podCounts: readonly PodCount[];
}

export interface PublishPorts {
  readonly source: PodSource;
  readonly log: Log;
}

/**
 * Writes to the source what each pod's status is and which Events there were, and on the host a summary of the pods.
 */
export async function publish(result: Result, applied: Applied, ports: PublishPorts): Promise<Published> {
  const { plan, world, now } = result;
  const deleted = new Set(applied.done.flatMap((step) => (step.kind === "delete-pod-object" ? [step.uid] : [])));
  const translations = plan.translations.filter(({ pod }) => !deleted.has(pod.metadata.uid));
  const { result: reports, broken } = await contain(translations, (some) => reportPods(some, world, now));
  const others = await contain(plan.translations, (some) => runEvents(applied, some, world));
  const written = await writeStatuses(reports, ports);
  const brokenPods = [...(world.pods.broken ?? []), ...[...broken, ...others.broken].map(ofTranslation)];
  const unknown = [...(world.pods.broken ?? []), ...brokenPods].map(({ pod }) => pod);
  await reconcileMirrorPods(reports, unknown, ports);
  await deleteTakenPods(world.directories, ports);
  const { mirrors } = ports.source;
  const events = [...others.result, ...reportBrokenPods(brokenPods, ports.log), ...takenNameEvents(mirrors)];
  await emitEvents([...events, ...written.flatMap((each) => each.events)], ports);
  const taken = (mirrors?.taken ?? []).map(({ metadata }) => metadata.uid);
  saveSummaries(reports, brokenPods, plan.before, taken);
  return {
    changed: reports.filter(({ patch }) => patch !== undefined).length,
    written: written.length,
    anyPodFinished: written.some(({ status }) => isTerminal(status.phase)),
    podCounts: [...countPods(written, translations, now), ...removedImages(applied)],
  };
}

function countPods(written: readonly PodReport[], translations: readonly Translation[], now: Instant): PodCount[] {
  const signals = new Map(
    translations.map((each) => [each.pod.metadata.uid, each.kind === "rejected" ? each.ended?.signal : undefined]),
  );
  return written.flatMap(({ pod, status }) => podCounts(pod.status, status, now, signals.get(pod.metadata.uid)));
}

function removedImages({ done }: Applied): PodCount[] {
  const removed = done.filter(({ kind }) => kind === "remove-image" || kind === "remove-package");
  return removed.map(() => ({ family: "kubelet_image_garbage_collected_total", labels: { reason: "space" } }));
}

function ofTranslation({ item, error }: Broken<Translation>): BrokenPod {
  return toBrokenPod({ item: item.pod, error });
}

/** Returns the reports that were written, in the order in which the source accepted them. */
async function writeStatuses(reports: readonly PodReport[], { source, log }: PublishPorts): Promise<PodReport[]> {
  const written: PodReport[] = [];
  await Promise.all(
    reports.map(async (report) => {
      const { pod, status, patch } = report;
      if (patch === undefined) return;
      try {
        await source.publish(pod, status, patch);
        written.push(report);
        if (status.phase !== pod.status?.phase)
          log.notice("pod", {
            pod: namespacedName(pod.metadata),
            phase: status.phase,
            reason: status.reason || undefined,
          });
      } catch (error) {
        if (error instanceof ApiError && error.isTold) return;
        log.warning("cannot write status", { pod: namespacedName(pod.metadata), because: (error as Error).message });
      }
    }),
  );
  return written;
}

/**
 * Writes Events. Those of one pod are written one after the other, so that `kubectl describe` shows them in their
 * order.
 */
async function emitEvents(events: readonly PodEvent[], { source, log }: PublishPorts): Promise<void> {
  const byPod = Map.groupBy(events, ({ pod }) => pod.metadata.uid);
  await Promise.all(
    [...byPod.values()].map(async (own) => {
      for (const event of own) {
        try {
          await source.recordEvent(event);
        } catch (error) {
          if (error instanceof ApiError && error.isTold) continue;
          const because = (error as Error).message;
          log.warning("cannot write event", { pod: namespacedName(event.pod.metadata), reason: event.reason, because });
        }
      }
    }),
  );
}

/**
 * Writes the summaries for the kubelet's port and other readers on this host. The records of Events for pods that the
 * list does not have are removed. Pods that an incomplete list lacks, and broken pods, are as before. `taken` are the UIDs of
 * pods that have Events alone.
 */
function saveSummaries(
  reports: readonly PodReport[],
  broken: readonly BrokenPod[],
  { pods, config }: World,
  taken: readonly string[],
): void {
  const summaries = reports.map(({ pod, status, ...more }) => podSummary(pod, status, more));
  const uids = new Set(summaries.map(({ uid }) => uid));
  const brokenUIDs = new Set(broken.map(({ pod }) => pod.metadata.uid));
  const isLacking = (uid: string) => !uids.has(uid) && (!pods.complete || brokenUIDs.has(uid));
  const before = pods.complete && broken.length === 0 ? [] : (readPodSummaries() ?? []);
  if (pods.complete) removeEventsExcept(new Set([config.nodeName, ...uids, ...brokenUIDs, ...taken]));
  if (pods.complete || summaries.length > 0)
    writePodSummaries([...before.filter(({ uid }) => isLacking(uid)), ...summaries]);
}
