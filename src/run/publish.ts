import type { Log } from "../log.ts";
import type { PodEvent } from "../model/api/event.ts";
import { isTerminal } from "../model/api/phase.ts";
import type { Pod, PodStatus } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import type { Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import type { PodSource } from "../ports.ts";
import { hookEvents } from "../report/events/hook-events.ts";
import { podEvents } from "../report/events/pod-events.ts";
import { probeEvents } from "../report/events/probe-events.ts";
import { statusPatch } from "../report/patch.ts";
import { reportPod } from "../report/pod-status.ts";
import type { Applied } from "./apply.ts";

export interface Published {
  /** Pods whose status was to be written, whether it could be or not. */
  readonly changed: number;
  /** A pod has come to an end: the next run removes what is left of it. */
  readonly anyPodFinished: boolean;
  /** How each pod is, told or not. */
  readonly statuses: readonly (readonly [Pod, PodStatus])[];
}

/** Tells the source how each pod is, and the pods' owners what happened. */
export async function publish(
  world: World,
  translations: readonly Translation[],
  applied: Applied,
  source: PodSource,
  log: Log,
  now: Instant,
): Promise<Published> {
  const gone = new Set(applied.done.flatMap((step) => (step.kind === "delete-pod-object" ? [step.uid] : [])));
  const told = applied.done.flatMap(({ event }) => (event === undefined ? [] : [event]));
  const noted = translations.flatMap((each) => [...probeEvents(each, world), ...hookEvents(each, world)]);
  const events: PodEvent[] = [...told, ...failures(applied, translations), ...noted];
  let changed = 0;
  let anyPodFinished = false;
  const statuses: (readonly [Pod, PodStatus])[] = [];
  await Promise.all(
    translations.map(async (translation) => {
      const { pod } = translation;
      if (gone.has(pod.metadata.uid)) return;
      const next = reportPod({ translation, world, previous: pod.status, now });
      statuses.push([pod, next]);
      const patch = statusPatch(pod, next);
      if (patch === undefined) return;
      changed += 1;
      try {
        await source.publish(pod, next, patch);
        events.push(...podEvents({ translation, previous: pod.status, next }));
        if (next.phase !== pod.status?.phase)
          log.notice("pod", { pod: nameOf(pod), phase: next.phase, ...(next.reason ? { reason: next.reason } : {}) });
        anyPodFinished ||= isTerminal(next.phase);
      } catch (error) {
        log.warning("cannot write status", { pod: nameOf(pod), because: (error as Error).message });
      }
    }),
  );
  await emitEvents(events, source, log);
  return { changed, anyPodFinished, statuses };
}

/** A pod that hangs because of its host: its owner does not read the host's journal. */
function failures({ failed }: Applied, translations: readonly Translation[]): PodEvent[] {
  return failed.flatMap(({ step, error }) => {
    const pod = translations.find((each) => each.pod.metadata.uid === step.uid)?.pod;
    if (pod === undefined) return [];
    const message = `Error: cannot ${step.kind}${"unit" in step ? ` ${step.unit}` : ""}: ${error.message}`;
    return [{ pod, type: "Warning", reason: "Failed", message, occurrence: message }];
  });
}

function nameOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

/** Those of one pod one after the other, since their order is what people read. */
async function emitEvents(events: readonly PodEvent[], source: PodSource, log: Log): Promise<void> {
  const byPod = Map.groupBy(events, ({ pod }) => pod.metadata.uid);
  await Promise.all(
    [...byPod.values()].map(async (own) => {
      for (const event of own) {
        try {
          await source.tell(event);
        } catch (error) {
          log.warning("cannot write event", {
            pod: nameOf(event.pod),
            reason: event.reason,
            because: (error as Error).message,
          });
        }
      }
    }),
  );
}
