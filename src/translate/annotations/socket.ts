import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { AuxiliaryUnit, DesiredUnit, UnitName } from "../../model/unit.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { auxiliaryUnitName, containerUnitName, podSliceName } from "../../unitfile/names.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { qosClass } from "../resources/resources.ts";

/**
 * Returns the socket unit of a container. systemd holds the socket, so clients wait while the container restarts, and a
 * low port needs no capability. The unit is in the pod's slice: stopping the slice stops it first, and no client starts
 * the container again.
 */
export function containerSocket(
  { pod, container, kind, specHash, options: { listen }, network: { namespacePath } }: ResolvedContainer,
  unit: DesiredUnit | undefined,
): AuxiliaryUnit | undefined {
  if (kind !== "container" || unit === undefined || listen === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const sandbox = namespacePath === undefined ? [] : [auxiliaryUnitName("sandbox", pod.metadata, "pod")];
  const identity = unitOwner(pod.metadata, { container: container.name, kind: "socket", specHash });
  const text = encodeOwnUnit(identity, [
    [
      "Unit",
      [
        ["Description", `Sockets of container ${container.name} of pod ${namespacedName(pod.metadata)}`],
        ["CollectMode", "inactive-or-failed"],
        ...sandbox.flatMap((name) => [["Requires", name] as const, ["After", name] as const]),
      ],
    ],
    [
      "Socket",
      [
        ...listen.map(({ directive, address }) => [directive, address] as const),
        ["Service", containerUnitName(namespace, name, container.name)],
        ["FileDescriptorName", container.name],
        ...(namespacePath === undefined ? [] : [["NetworkNamespacePath", namespacePath] as const]),
        ["Slice", podSliceName(uid, qosClass(pod))],
        ["SocketMode", "0666"],
        ["RemoveOnStop", "yes"],
        // Connections during a back-off must not disable the socket.
        ["TriggerLimitIntervalSec", "0"],
      ],
    ],
  ]);
  return { name: socketUnitName(pod, container), identity, text, linked: false, wanted: false };
}

/** Returns the name of the container's socket unit, which the container's unit wants and starts after. */
export function socketUnitName({ metadata }: Pod, { name }: Container): UnitName {
  return auxiliaryUnitName("socket", metadata, name, "socket");
}
