import type { Config } from "../model/config.ts";
import type { ContainerPort, Pod } from "../model/pod.ts";

export type PortConflict =
  | { readonly kind: "reject"; readonly message: string }
  | { readonly kind: "warn"; readonly path: string; readonly because: string };

/**
 * By pod UID. All pods share the host's ports, and the scheduler only knows of hostPorts: of two pods that declare the
 * same one the later is turned away; the same containerPort may be a slip of documentation, so it is only said.
 */
export function portConflicts(pods: readonly Pod[], config: Config): ReadonlyMap<string, PortConflict> {
  const owners = new Map<string, Pod>();
  const conflicts = new Map<string, PortConflict>();
  if (config.podNetwork !== "host") return conflicts;
  for (const pod of pods.toSorted(byAge)) {
    for (const container of pod.spec.containers) {
      for (const port of container.ports ?? []) {
        const key = `${port.protocol ?? "TCP"} ${port.containerPort}`;
        const owner = owners.get(key);
        if (owner === undefined || owner === pod) owners.set(key, pod);
        else if (conflicts.get(pod.metadata.uid)?.kind !== "reject")
          conflicts.set(pod.metadata.uid, conflict(container.name, port, owner));
      }
    }
  }
  return conflicts;
}

/** What runs already comes first, then the older one. */
function byAge(a: Pod, b: Pod): number {
  const key = ({ metadata, status }: Pod) =>
    `${status?.startTime ? 0 : 1} ${metadata.creationTimestamp ?? ""} ${metadata.uid}`;
  return key(a) < key(b) ? -1 : 1;
}

function conflict(container: string, port: ContainerPort, owner: Pod): PortConflict {
  if (port.hostPort) return { kind: "reject", message: "Node didn't have free ports for the requested pod ports" };
  const other = `${owner.metadata.namespace}/${owner.metadata.name}`;
  return {
    kind: "warn",
    path: `spec.containers[${container}].ports[${port.containerPort}]`,
    because: `is declared by pod ${other} too, and both are on the host's network: the later one will fail to listen`,
  };
}

/** A hostPort that differs from the containerPort would have to be mapped, and there is no network to map it from. */
export function remappedPort(pod: Pod): { readonly path: string } | undefined {
  for (const container of pod.spec.containers) {
    const port = container.ports?.find(({ hostPort, containerPort }) => hostPort && hostPort !== containerPort);
    if (port !== undefined) return { path: `spec.containers[${container.name}].ports[${port.containerPort}].hostPort` };
  }
  return undefined;
}
