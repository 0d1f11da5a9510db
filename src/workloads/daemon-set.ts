import type { Instant } from "../model/api/time.ts";
import type { DaemonSet } from "../model/api/workload.ts";
import type { WorkloadState } from "../model/workload-state.ts";
import { sharePorts } from "./host-ports.ts";
import { newPod } from "./new-pod.ts";
import type { Outcome } from "./outcome.ts";
import { availabilities, freeOrdinals, isActive, isAvailable, isKept, withEnding } from "./pods.ts";
import { replaceEnded } from "./replace-ended.ts";
import { rollOut } from "./roll-out.ts";

/** Decides for a DaemonSet, which has one pod on this host (`daemon/daemon_controller.go: syncDaemonSet`, v1.36). */
export function reconcileDaemonSet(workload: DaemonSet, state: WorkloadState, now: Instant): Outcome {
  const { minReadySeconds, template } = workload;
  const pods =
    workload.updateStrategy === "OnDelete" ? createFirst(workload, state, now) : update(workload, state, now);
  const isUpdated = pods.some((each) => each.templateHash === template.hash && isAvailable(each, minReadySeconds, now));
  const replaced = replaceEnded(pods, state.retry, isUpdated, now);
  return {
    pods: replaced.pods,
    wanted: 1,
    ...(replaced.retry && { retry: replaced.retry }),
    dueAt: [...replaced.dueAt, ...availabilities(pods, minReadySeconds, now)],
  };
}

/** `daemon/update.go: rollingUpdate`, v1.36. */
function update(workload: DaemonSet, { pods }: WorkloadState, now: Instant): WorkloadState["pods"] {
  const { surges, minReadySeconds, template } = workload;
  const isBlocked = pods.some(
    ({ pod, templateHash }) => templateHash !== template.hash && sharePorts(pod.spec, template.spec),
  );
  const rolling = { maxSurge: 1, maxUnavailable: 0 };
  const limits = { replicas: 1, ...(surges && !isBlocked && { rolling }) };
  return rollOut({ workload, limits, minReadySeconds }, pods, now);
}

/** The oldest pod stays, also with an old template (`daemon/daemon_controller.go: podsShouldBeOnNode`, v1.36). */
function createFirst(workload: DaemonSet, { pods }: WorkloadState, now: Instant): WorkloadState["pods"] {
  const [, ...younger] = pods.filter(isActive);
  if (younger.length > 0) return withEnding(pods, younger, now);
  if (pods.some(isKept) || pods.some(({ pod }) => sharePorts(pod.spec, workload.template.spec))) return pods;
  const [ordinal = 0] = freeOrdinals(workload, pods, 1);
  return [...pods, newPod(workload, ordinal, now)];
}
