import type { ContainerKind } from "./unit.ts";

/** The summary of a pod's status that a run writes for the kubelet's port and for `unitlet status`. */
export interface PodSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly containers: readonly ContainerSummary[];
}

export interface ContainerSummary {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly image: string;
  readonly state: "waiting" | "running" | "terminated";
  /** Why it waits, or how it ended; undefined in a pod that was rejected before it had a status for this container. */
  readonly reason?: string;
  readonly message?: string;
  readonly restarts?: number;
  readonly containerID?: string;
}
