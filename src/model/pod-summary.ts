import type { ContainerKind } from "./unit.ts";

/** What a run leaves about a pod for those who ask the port: no more than is told to anybody who may see metrics. */
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
