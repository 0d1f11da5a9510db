import { CONTAINER_LISTS, kindOf } from "../model/api/containers.ts";
import type { Container, Pod } from "../model/api/pod.ts";

/** Where the container stands in its pod, as kubectl explain spells it. */
export function containerPath(pod: Pod, container: Container): string {
  return `spec.${CONTAINER_LISTS[kindOf(pod, container)]}[${container.name}]`;
}
