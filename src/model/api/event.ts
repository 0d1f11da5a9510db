import type { Pod } from "./pod.ts";

/** An Event about a pod, before it has a name: io gives it one from its content, so that a repeated run repeats nothing. */
export interface PodEvent {
  readonly pod: Pod;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** "spec.containers{web}" for a container, undefined for the pod. */
  readonly fieldPath?: string;
  /** Tells one occurrence from another with the same words: an invocation, a generation. */
  readonly occurrence: string;
}

export interface NodeEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly occurrence: string;
}
