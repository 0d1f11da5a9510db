import type { Container, Pod } from "../model/pod.ts";

/** Where the container stands in its pod, as kubectl explain spells it. */
export function containerPath({ spec }: Pod, container: Container): string {
  return `spec.${spec.initContainers?.includes(container) ? "initContainers" : "containers"}[${container.name}]`;
}
