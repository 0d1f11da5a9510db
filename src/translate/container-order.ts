import type { Container, Pod } from "../model/pod.ts";
import type { ContainerKind } from "../model/unit.ts";

export interface ContainerOrder {
  /** Init containers that must have ended with 0 before this one starts. */
  readonly before: readonly string[];
  /** What starts by itself when this init container has ended with 0. */
  readonly next: readonly string[];
}

/** Init containers one after the other, then all containers at once. */
export function containerOrder(pod: Pod, container: Container, kind: ContainerKind): ContainerOrder {
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  if (kind === "ephemeral") return { before: [], next: [] };
  if (kind === "container") return { before: inits, next: [] };
  const at = inits.indexOf(container.name);
  const following = inits[at + 1];
  return {
    before: inits.slice(0, at),
    next: following === undefined ? pod.spec.containers.map(({ name }) => name) : [following],
  };
}
