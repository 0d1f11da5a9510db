import { isTerminating } from "../../model/api/phase.ts";
import type { Pod } from "../../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../../model/api/time.ts";
import type { Rejected } from "../../model/translation.ts";
import { qosClass } from "../resources/resources.ts";

/** Returns the pods that exceed activeDeadlineSeconds, by UID (`active_deadline.go: ShouldEvict`, v1.36). */
export function deadlineExceeded(pods: readonly Pod[], now: Instant): ReadonlyMap<string, Rejected> {
  const late = pods.filter((pod) => (deadlineOf(pod) ?? Number.POSITIVE_INFINITY) <= now);
  return new Map(late.map((pod) => [pod.metadata.uid, exceeded(pod)]));
}

/** Returns the deadline of an active pod; undefined when it has none. */
export function deadlineOf(pod: Pod): Instant | undefined {
  const { spec, status } = pod;
  const isActive = (status?.phase === "Pending" || status?.phase === "Running") && !isTerminating(pod);
  if (!isActive || spec.activeDeadlineSeconds === undefined || status.startTime === undefined) return undefined;
  return fromTimestamp(status.startTime) + spec.activeDeadlineSeconds * 1000;
}

function exceeded(pod: Pod): Rejected {
  const message = "Pod was active on the node longer than the specified deadline";
  const ended = { immediate: false };
  return { kind: "rejected", pod, reason: "DeadlineExceeded", message, qosClass: qosClass(pod), ended };
}
