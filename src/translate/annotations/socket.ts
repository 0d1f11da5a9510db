import { namespacedName } from "../../model/api/namespaced-name.ts";
import type { Container, Pod } from "../../model/api/pod.ts";
import type { AuxiliaryUnit, DesiredUnit, UnitName } from "../../model/unit.ts";
import { encodeOwnUnit, unitOwner } from "../../unitfile/identity.ts";
import { auxiliaryUnitName, containerUnitName, podSliceName } from "../../unitfile/names.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { qosClass } from "../resources/resources.ts";

/**
 * A socket that systemd holds for a container: clients wait while it is restarted, and it needs no right to take a low
 * port. In the pod's slice, so that what stops the pod stops it first, and no client brings the container back.
 */
export function containerSocket(
  { pod, container, kind, specHash, options: { listen } }: ResolvedContainer,
  unit: DesiredUnit | undefined,
): AuxiliaryUnit | undefined {
  if (kind !== "container" || unit === undefined || listen === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const identity = unitOwner(pod.metadata, { container: container.name, kind: "socket", specHash });
  const text = encodeOwnUnit(identity, [
    [
      "Unit",
      [
        ["Description", `Sockets of container ${container.name} of pod ${namespacedName(pod.metadata)}`],
        ["CollectMode", "inactive-or-failed"],
      ],
    ],
    [
      "Socket",
      [
        ...listen.map(({ directive, address }) => [directive, address] as const),
        ["Service", containerUnitName(namespace, name, container.name)],
        ["FileDescriptorName", container.name],
        ["Slice", podSliceName(uid, qosClass(pod))],
        ["SocketMode", "0666"],
        ["RemoveOnStop", "yes"],
        // Whoever knocks while the container waits out its back-off must not shut the door for good.
        ["TriggerLimitIntervalSec", "0"],
      ],
    ],
  ]);
  return { name: socketUnitName(pod, container), identity, text, linked: false, wanted: false };
}

/** Started by its container, and before it. */
export function socketUnitName({ metadata }: Pod, { name }: Container): UnitName {
  return auxiliaryUnitName("socket", metadata, name, "socket");
}
