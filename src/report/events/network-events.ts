import type { PodEvent } from "../../model/api/event.ts";
import type { Instant } from "../../model/api/time.ts";
import { networkNotReady } from "../../model/cni/cluster-network.ts";
import type { Translation } from "../../model/translation.ts";

/** The interval in which a pod that waits for the network makes an Event. The kubelet repeats it every few seconds. */
const INTERVAL_MS = 10 * 60_000;

/** Returns the Event of a pod that waits for the cluster's network (`kubelet/kubelet.go: SyncPod`, v1.36). */
export function networkEvents(translation: Translation, now: Instant): readonly PodEvent[] {
  if (translation.kind === "rejected" || translation.networkProblem === undefined) return [];
  const { pod, networkProblem } = translation;
  const message = `network is not ready: ${networkNotReady(networkProblem)}`;
  const occurrence = String(Math.floor(now / INTERVAL_MS));
  return [{ pod, type: "Warning", reason: "NetworkNotReady", message, occurrence }];
}
