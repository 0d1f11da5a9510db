import type { ContainerStatus, PodStatus } from "../model/api/pod.ts";
import { fromTimestamp, type Instant } from "../model/api/time.ts";
import type { CountedFamily, PodCount } from "../model/pod-count.ts";

/** The container types of the kubelet's metrics (`metrics/metrics.go: Container, InitContainer, EphemeralContainer`, v1.36). */
const TYPES = [
  ["init_container", "initContainerStatuses"],
  ["container", "containerStatuses"],
  ["ephemeral_container", "ephemeralContainerStatuses"],
] as const;

/**
 * Returns what has happened to a pod between two statuses. `now` is when the second one was made, `signal` what the pod is
 * evicted for.
 */
export function podCounts(
  previous: PodStatus | undefined,
  next: PodStatus,
  now: Instant,
  signal = "",
): readonly PodCount[] {
  const before = containersOf(previous);
  const after = containersOf(next);
  const isStarted = (statuses: readonly TypedStatus[]) =>
    statuses.some(({ status }) => status.containerID !== undefined);
  const first = !isStarted(before) && isStarted(after) ? [count("kubelet_started_pods_total", {})] : [];
  const own = after.flatMap(({ type, status }) => {
    const old = before.find((each) => each.status.name === status.name)?.status;
    return [...starts(type, old, status), ...terminations(type, old, status)];
  });
  return [...first, ...startDurations(previous, next, now), ...own, ...failure(previous, next, signal)];
}

/** Times the first start (`kubelet.go: SyncPod`, v1.36). The kubelet's first sync of a pod ends when its containers have started. */
function startDurations(previous: PodStatus | undefined, { phase, startTime }: PodStatus, now: Instant): PodCount[] {
  const isFirst = phase === "Running" && (previous?.phase ?? "Pending") === "Pending";
  if (!isFirst || startTime === undefined) return [];
  const seconds = Math.max(0, now - fromTimestamp(startTime)) / 1000;
  return [
    { family: "kubelet_pod_start_duration_seconds", labels: {}, seconds },
    { family: "kubelet_pod_worker_duration_seconds", labels: { operation_type: "create" }, seconds },
  ];
}

interface TypedStatus {
  readonly type: string;
  readonly status: ContainerStatus;
}

function containersOf(status: PodStatus | undefined): readonly TypedStatus[] {
  return TYPES.flatMap(([type, key]) => (status?.[key] ?? []).map((each) => ({ type, status: each })));
}

function count(family: CountedFamily, labels: PodCount["labels"]): PodCount {
  return { family, labels };
}

function starts(type: string, old: ContainerStatus | undefined, { containerID, state }: ContainerStatus): PodCount[] {
  if (containerID === undefined || containerID === old?.containerID) return [];
  const code = state.terminated?.reason === "StartError" ? "RunContainerError" : undefined;
  return code === undefined
    ? [count("kubelet_started_containers_total", { container_type: type })]
    : [count("kubelet_started_containers_errors_total", { container_type: type, code })];
}

/** The end of a container that restarts at once shows in lastState only. */
function terminations(type: string, old: ContainerStatus | undefined, next: ContainerStatus): PodCount[] {
  const known = [old?.state.terminated?.containerID, old?.lastState.terminated?.containerID];
  const ends = [next.state.terminated, next.lastState.terminated];
  return ends.flatMap((end) => {
    if (end === undefined || (end.containerID === undefined ? old !== undefined : known.includes(end.containerID)))
      return [];
    const labels = { container_type: type, exit_code: String(end.exitCode), reason: end.reason ?? "" };
    return [count("kubelet_terminated_containers_total", labels)];
  });
}

function failure(
  previous: PodStatus | undefined,
  { phase, reason = "", message = "" }: PodStatus,
  signal: string,
): PodCount[] {
  if (phase !== "Failed" || previous?.phase === "Failed" || reason === "") return [];
  if (message.startsWith("Pod was rejected: ")) return [count("kubelet_admission_rejections_total", { reason })];
  if (reason === "Preempting") return [count("kubelet_preemptions", { preemption_signal: "" })];
  return reason === "Evicted" ? [count("kubelet_evictions", { eviction_signal: signal })] : [];
}
