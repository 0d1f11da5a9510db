import type { Container, ContainerStatus, Pod, PodStatus } from "../model/api/pod.ts";
import type { ContainerSummary, PodSummary } from "../model/pod-summary.ts";
import type { ContainerKind } from "../model/unit.ts";

/** Returns a pod's phase and the states of its containers. */
export function podSummary({ metadata, spec }: Pod, status: PodStatus): PodSummary {
  const { namespace, name, uid } = metadata;
  const containers = [
    ...notes(spec.initContainers, "init", status.initContainerStatuses),
    ...notes(spec.containers, "container", status.containerStatuses),
    ...notes(spec.ephemeralContainers, "ephemeral", status.ephemeralContainerStatuses),
  ];
  return { namespace, name, uid, phase: status.phase ?? "Unknown", containers };
}

function notes(
  containers: readonly Container[] = [],
  kind: ContainerKind,
  statuses: readonly ContainerStatus[] = [],
): readonly ContainerSummary[] {
  return containers.map(({ name, image = "" }) => {
    const state = statuses.find((each) => each.name === name)?.state ?? {};
    const word = state.running ? "running" : state.terminated ? "terminated" : "waiting";
    return { name, kind, image, state: word };
  });
}
