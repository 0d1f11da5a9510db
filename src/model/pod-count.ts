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

export type CountedFamily = keyof typeof COUNTED_FAMILIES;

/** One occurrence. */
export interface PodCount {
  readonly family: CountedFamily;
  readonly labels: Readonly<Record<string, string>>;
}
