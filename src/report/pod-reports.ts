import type { PodEvent } from "../model/api/event.ts";
import type { Pod, PodStatus } from "../model/api/pod.ts";
import type { Instant } from "../model/api/time.ts";
import type { MountedClaim } from "../model/pod-summary.ts";
import type { Step } from "../model/step.ts";
import type { Runnable, Translation } from "../model/translation.ts";
import type { World } from "../model/world.ts";
import { hookEvents } from "./events/hook-events.ts";
import { networkEvents } from "./events/network-events.ts";
import { podEvents } from "./events/pod-events.ts";
import { probeEvents } from "./events/probe-events.ts";
import { staleVolumeEvents } from "./events/volume-events.ts";
import { statusPatch } from "./patch.ts";
import { reportPod } from "./pod-status.ts";

/** The status of a pod after a run. */
export interface PodReport {
  readonly pod: Pod;
  readonly status: PodStatus;
  /** How `status` differs from the status that the pod came with; undefined when it does not. */
  readonly patch?: object;
  /** The Events between the two statuses, to be published once the patch is accepted. */
  readonly events: readonly PodEvent[];
  /** The addresses of a network of its own; undefined: none. */
  readonly addresses?: readonly string[];
  /** The volumes of claims; undefined: none. */
  readonly claims?: readonly MountedClaim[];
}

/**
 * Returns a report for each pod, in the same order. A pod whose status does not change has neither patch nor Events.
 */
export function reportPods(translations: readonly Translation[], world: World, now: Instant): PodReport[] {
  return translations.map((translation) => {
    const { pod } = translation;
    const status = reportPod({ translation, world, previous: pod.status, now });
    const patch = statusPatch(pod, status);
    const more = translation.kind === "runnable" ? ofRunnable(translation) : {};
    if (patch === undefined) return { pod, status, events: [], ...more };
    return { pod, status, patch, events: podEvents({ translation, previous: pod.status, next: status }), ...more };
  });
}

function ofRunnable({ claims, network }: Runnable): Pick<PodReport, "addresses" | "claims"> {
  const { isHost, addresses } = network;
  return { ...(claims && { claims }), ...(isHost || addresses.length === 0 ? {} : { addresses }) };
}

export interface StepResults {
  readonly done: readonly Step[];
  readonly failed: readonly { readonly step: Step; readonly error: Error }[];
}

/** Returns the Events of a run that do not depend on a status: of its steps, probes, hooks, volumes and the network. */
export function runEvents(
  { done, failed }: StepResults,
  translations: readonly Translation[],
  world: World,
): readonly PodEvent[] {
  const pods = new Map(translations.map(({ pod }) => [pod.metadata.uid, pod]));
  return [
    ...done.flatMap(({ event }) => (event === undefined ? [] : [event])),
    ...failed.flatMap(({ step, error }) => failedStep(step, error, pods.get(step.uid))),
    ...translations.flatMap((each) => [
      ...probeEvents(each, world),
      ...hookEvents(each, world),
      ...staleVolumeEvents(each, world.now),
      ...networkEvents(each, world.now),
    ]),
  ];
}

/** A pod that does not start because of its host needs an Event: its owner cannot read the host's journal. */
function failedStep(step: Step, error: Error, pod: Pod | undefined): PodEvent[] {
  if (pod === undefined) return [];
  const message = `Error: cannot ${step.kind}${"unit" in step ? ` ${step.unit}` : ""}: ${error.message}`;
  return [{ pod, type: "Warning", reason: "Failed", message, occurrence: message }];
}
