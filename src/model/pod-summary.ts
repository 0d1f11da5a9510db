import type { ContainerKind } from "./unit.ts";

/** The summary of a pod that a run writes for the kubelet's port. It has nothing that the metrics do not show. */
export interface PodSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly containers: readonly ContainerSummary[];
}

export interface ContainerSummary {
  readonly name: string;
  readonly kind: ContainerKind;
  readonly image: string;
  readonly state: "waiting" | "running" | "terminated";
}
