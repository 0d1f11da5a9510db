import { containerPath, containersOf } from "../../model/api/containers.ts";
import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Container, ContainerPort, Pod } from "../../model/api/pod.ts";
import type { Config } from "../../model/host/config.ts";
import { hasOwnNetwork } from "../../model/pod-network.ts";

export type PortConflict =
  | { readonly kind: "reject"; readonly message: string }
  | { readonly kind: "warn"; readonly path: string; readonly because: string };

interface Claim {
  readonly pod: Pod;
  readonly container: Container;
  readonly port: ContainerPort;
  /** The port of the host. */
  readonly onHost: number;
}

/**
 * Returns port conflicts by pod UID. Pods on the host's network share its ports, and the scheduler knows of hostPorts only.
 * Of two pods with the same hostPort the later one is rejected. The same containerPort only causes an Event, because the
 * field is documentation. A pod with a network of its own uses only its hostPorts of the host.
 */
export function portConflicts(pods: readonly Pod[], config: Config): ReadonlyMap<string, PortConflict> {
  const claims = new Map<string, Claim[]>();
  const conflicts = new Map<string, PortConflict>();
  if (config.hostNetwork === "required" && config.podNetwork === "host") return conflicts;
  for (const pod of pods.toSorted(byAge)) {
    const own = claimsOf(pod, config);
    const found = own.flatMap((claim) => {
      const other = claims.get(keyOf(claim))?.find(({ port }) => overlap(port.hostIP, claim.port.hostIP));
      return other === undefined ? [] : [conflict(claim, other)];
    });
    const worst = found.find(({ kind }) => kind === "reject") ?? found[0];
    if (worst !== undefined) conflicts.set(pod.metadata.uid, worst);
    if (worst?.kind === "reject") continue;
    for (const [key, same] of Map.groupBy(own, keyOf)) claims.set(key, [...(claims.get(key) ?? []), ...same]);
  }
  return conflicts;
}

function claimsOf(pod: Pod, config: Config): Claim[] {
  const isOwn = hasOwnNetwork(pod, config);
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).flatMap((port) => {
      const onHost = isOwn ? port.hostPort : port.containerPort;
      return onHost ? [{ pod, container, port, onHost }] : [];
    }),
  );
}

function keyOf({ port, onHost }: Claim): string {
  return `${port.protocol ?? "TCP"} ${onHost}`;
}

function overlap(a: string | undefined, b: string | undefined): boolean {
  const isAny = (ip: string | undefined) => !ip || ip === "0.0.0.0" || ip === "::";
  return isAny(a) || isAny(b) || a === b;
}

/** Compares pods: running ones come first, then older ones. */
function byAge(a: Pod, b: Pod): number {
  const key = ({ metadata, status }: Pod) =>
    `${status?.startTime ? 0 : 1} ${metadata.creationTimestamp ?? ""} ${metadata.uid}`;
  return key(a) < key(b) ? -1 : 1;
}

function conflict({ pod, container, port }: Claim, other: Claim): PortConflict {
  // A running pod is never ended for a conflict.
  if (port.hostPort && other.port.hostPort && !pod.status?.startTime)
    return {
      kind: "reject",
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  return {
    kind: "warn",
    path: `${containerPath(pod, container)}.ports[${port.containerPort}]`,
    because: `is declared by pod ${namespacedName(other.pod.metadata)} too, and both are on the host's network: the later one will fail to listen`,
  };
}

/** Returns the field of a hostPort that differs from its containerPort: on the host's network no port can be mapped. */
export function remappedPort(pod: Pod): { readonly path: string } | undefined {
  for (const container of pod.spec.containers) {
    const port = container.ports?.find(({ hostPort, containerPort }) => hostPort && hostPort !== containerPort);
    if (port !== undefined) return { path: `${containerPath(pod, container)}.ports[${port.containerPort}].hostPort` };
  }
  return undefined;
}

/** Returns the fields of ports of the host. */
export function hostPortPaths(pod: Pod): readonly string[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort, name }, at) =>
      hostPort ? [`${containerPath(pod, container)}.ports[${name ?? at}].hostPort`] : [],
    ),
  );
}

/** Returns the fields that name an address of the host: on the host's network the program chooses it. */
export function hostIPs(pod: Pod): readonly string[] {
  return containersOf(pod.spec).flatMap((container) =>
    (container.ports ?? []).flatMap((port, at) =>
      port.hostIP ? [`${containerPath(pod, container)}.ports[${port.name ?? at}].hostIP`] : [],
    ),
  );
}
