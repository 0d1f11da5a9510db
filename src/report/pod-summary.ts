import type { Container, ContainerStatus, Pod, PodStatus } from "../model/api/pod.ts";
import { redactCredentials } from "../model/image/image-reference.ts";
import type { ContainerSummary, PodSummary } from "../model/pod-summary.ts";
import type { ContainerKind } from "../model/unit.ts";

/** Returns a pod's phase with its reason, and the states of its containers. */
export function podSummary(
  { metadata, spec }: Pod,
  status: PodStatus,
  { claims = [], addresses }: Pick<PodSummary, "addresses" | "claims"> = {},
): PodSummary {
  const { namespace, name, uid } = metadata;
  const containers = [
    ...notes(spec.initContainers, "init", status.initContainerStatuses),
    ...notes(spec.containers, "container", status.containerStatuses),
    ...notes(spec.ephemeralContainers, "ephemeral", status.ephemeralContainerStatuses),
  ];
  const mounted = claims.length === 0 ? {} : { claims };
  return {
    namespace,
    name,
    uid,
    phase: status.phase ?? "Unknown",
    ...reasonOf(status),
    ...(addresses && { addresses }),
    containers,
    ...mounted,
  };
}

function notes(
  containers: readonly Container[] = [],
  kind: ContainerKind,
  statuses: readonly ContainerStatus[] = [],
): readonly ContainerSummary[] {
  return containers.map(({ name, image = "" }) => {
    const status = statuses.find((each) => each.name === name);
    const { state = {}, restartCount = 0, containerID } = status ?? {};
    const word = state.running ? "running" : state.terminated ? "terminated" : "waiting";
    const reason = reasonOf(state.waiting ?? state.terminated ?? {});
    const id = containerID === undefined ? {} : { containerID };
    return { name, kind, image: redactCredentials(image), state: word, ...reason, restarts: restartCount, ...id };
  });
}

function reasonOf({
  reason,
  message,
}: {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}) {
  return { ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}
