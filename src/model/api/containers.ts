import type { ContainerKind, UnitKind } from "../unit.ts";
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from "./pod.ts";

/** Returns all containers of a pod: init containers first, ephemeral ones last, each kind in the pod's order. */
export function containersOf({
  initContainers = [],
  containers,
  ephemeralContainers = [],
}: PodSpec): readonly Container[] {
  return [...initContainers, ...containers, ...ephemeralContainers];
}

/** Returns the containers that the pod was created with: ephemeral ones are added later. */
export function declaredContainers({ initContainers = [], containers }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}

/** Returns the statuses of all containers, init containers first and ephemeral ones last; none without a status. */
export function statusesOf(status: PodStatus | undefined): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses];
}

/** The list of the spec that holds containers of this kind. */
const CONTAINER_LISTS = {
  init: "initContainers",
  sidecar: "initContainers",
  container: "containers",
  ephemeral: "ephemeralContainers",
} as const satisfies Record<ContainerKind, keyof PodSpec>;

/**
 * True for an init container that runs as long as the pod does (`api/v1/pod/util.go: IsRestartableInitContainer`,
 * v1.36).
 */
export function isSidecar(init: Pick<Container, "restartPolicy">): boolean {
  return init.restartPolicy === "Always";
}

/**
 * Returns the kind of a container, which must be an object of the pod's own lists: a copy counts as a main container.
 */
export function kindOf({ spec }: Pod, container: Container): ContainerKind {
  if (spec.initContainers?.includes(container)) return isSidecar(container) ? "sidecar" : "init";
  return spec.ephemeralContainers?.includes(container) ? "ephemeral" : "container";
}

/** Returns the field of a container in its pod, as problems of fields name it: "spec.initContainers[db]". */
export function containerPath(pod: Pod, container: Container): string {
  return `spec.${CONTAINER_LISTS[kindOf(pod, container)]}[${container.name}]`;
}

/**
 * Returns the field of a container in the `involvedObject` of an Event: "spec.initContainers{db}"
 * (`container/ref.go: fieldPath`, v1.36). The list is `containers` when the kind is not that of a container.
 */
export function eventFieldPath(kind: UnitKind | undefined, container: string): string {
  const isOther = kind === "init" || kind === "sidecar" || kind === "ephemeral";
  return `spec.${CONTAINER_LISTS[isOther ? kind : "container"]}{${container}}`;
}
