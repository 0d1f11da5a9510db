/** The counters of /metrics that runs count from what they report of pods. The names and labels are the kubelet's. */
export const COUNTED_FAMILIES = {
  kubelet_started_pods_total: "Cumulative number of pods started",
  kubelet_started_containers_total: "Cumulative number of containers started",
  kubelet_started_containers_errors_total: "Cumulative number of errors when starting containers",
  kubelet_terminated_containers_total: "Cumulative number of container terminations.",
  kubelet_admission_rejections_total: "Cumulative number pod admission rejections by the Kubelet.",
  kubelet_evictions: "Cumulative number of pod evictions by eviction signal",
  kubelet_preemptions: "Cumulative number of pod preemptions by preemption resource",
  kubelet_image_garbage_collected_total:
    "Total number of images garbage collected by the kubelet, whether through disk usage or image age.",
} as const;

/**
 * The histograms of /metrics that runs fill from what they report of pods, with the upper bounds of their buckets in
 * seconds (`kubelet/metrics/metrics.go: podStartupDurationBuckets`, `DefBuckets` of Prometheus, v1.36).
 */
export const TIMED_FAMILIES = {
  kubelet_pod_start_duration_seconds: {
    help: "Duration in seconds from the first run that saw a pod to the pod starting to run",
    bounds: [
      0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600,
    ],
  },
  kubelet_pod_worker_duration_seconds: {
    help: "Duration in seconds to sync a single pod. operation_type is always create: the duration of the pod's start.",
    bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const;

export type CountedFamily = keyof typeof COUNTED_FAMILIES;
export type TimedFamily = keyof typeof TIMED_FAMILIES;

/** One occurrence; of a histogram with its duration in seconds. */
export type PodCount = { readonly labels: Readonly<Record<string, string>> } & (
  | { readonly family: CountedFamily }
  | { readonly family: TimedFamily; readonly seconds: number }
);
