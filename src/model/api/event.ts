import type { Pod } from "./pod.ts";

/** An Event about a pod. io/kube/event-recorder.ts keeps `occurrence`, so that a repeated run writes no Event twice. */
export interface PodEvent {
  readonly pod: Pod;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** "spec.containers{web}" for a container, undefined for the pod. */
  readonly fieldPath?: string;
  /** Distinguishes occurrences with equal messages, for example an invocation or a generation. */
  readonly occurrence: string;
}

export interface NodeEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly occurrence: string;
}
