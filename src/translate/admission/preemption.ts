import type { Pod, QosClass } from "../../model/api/pod.ts";
import type { Rejected } from "../../model/translation.ts";
import type { InsufficientResource } from "../resources/fit.ts";
import { add, podRequests } from "../resources/requests.ts";
import { isCritical, qosClass } from "../resources/resources.ts";

/**
 * Returns the pods to evict for a critical one, or undefined when evicting all of them would not suffice. It chooses as
 * few pods as possible, BestEffort pods first (`preemption/preemption.go: getPodsToPreempt`, v1.36).
 */
export function victims(
  critical: Pod,
  running: readonly Pod[],
  insufficient: InsufficientResource,
): readonly Pod[] | undefined {
  const chosen: Pod[] = [];
  let left = insufficient;
  for (const pod of running.filter((each) => gives(critical, each)).toSorted(byCertainty)) {
    if (isEnough(left)) break;
    if (!helps(pod, left)) continue;
    chosen.push(pod);
    left = without(left, pod);
  }
  if (!isEnough(left)) return undefined;
  // A pod chosen early may be superfluous once larger ones are chosen.
  return chosen.filter((pod) => {
    const back = withBack(left, pod);
    if (!isEnough(back)) return true;
    left = back;
    return false;
  });
}

/**
 * Returns the rejection that ends a pod for a critical one (`preemption/preemption.go: evictPodsToFreeRequests`,
 * v1.36).
 */
export function preempted(pod: Pod): Rejected {
  const ended = { disruption: "Pod was preempted by Kubelet to accommodate a critical pod.", immediate: false };
  const message = "Preempted in order to admit critical pod";
  return { kind: "rejected", pod, reason: "Preempting", message, qosClass: qosClass(pod), ended };
}

/** True when the node may evict `pod` for the critical one (`types/pod_update.go: Preemptable`, v1.36). */
function gives(critical: Pod, pod: Pod): boolean {
  if (!isCritical(pod)) return true;
  // A static pod is critical without a priority, which must not count as the lowest.
  const [own, other] = [pod.spec.priority, critical.spec.priority];
  return own !== undefined && other !== undefined && own < other;
}

const CERTAINTY: Readonly<Record<QosClass, number>> = { BestEffort: 0, Burstable: 1, Guaranteed: 2 };

function byCertainty(a: Pod, b: Pod): number {
  return (
    CERTAINTY[qosClass(a)] - CERTAINTY[qosClass(b)] ||
    (a.spec.priority ?? 0) - (b.spec.priority ?? 0) ||
    podRequests(b).memory - podRequests(a).memory ||
    podRequests(b).cpu - podRequests(a).cpu
  );
}

function isEnough({ pods, cpu, memory, ephemeralStorage }: InsufficientResource): boolean {
  return pods <= 0 && cpu <= 0 && memory <= 0 && ephemeralStorage <= 0;
}

function helps(pod: Pod, { pods, cpu, memory, ephemeralStorage }: InsufficientResource): boolean {
  const has = podRequests(pod);
  return (
    pods > 0 ||
    (cpu > 0 && has.cpu > 0) ||
    (memory > 0 && has.memory > 0) ||
    (ephemeralStorage > 0 && has.ephemeralStorage > 0)
  );
}

function without(insufficient: InsufficientResource, pod: Pod): InsufficientResource {
  const { cpu, memory, ephemeralStorage } = podRequests(pod);
  const less = add(insufficient, { cpu: -cpu, memory: -memory, ephemeralStorage: -ephemeralStorage });
  return { ...less, pods: insufficient.pods - 1 };
}

function withBack(insufficient: InsufficientResource, pod: Pod): InsufficientResource {
  return { ...add(insufficient, podRequests(pod)), pods: insufficient.pods + 1 };
}
