import type { Container, Pod } from "../../model/api/pod.ts";
import type { ContainerKind } from "../../model/unit.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import { annotationOptions } from "./options.ts";
import { socketUnitName } from "./socket.ts";
import type { BackOff } from "./table.ts";

type Lines = readonly (readonly [string, string])[];

/** Where systemd listens for what services say of themselves; a container's own /run hides it. */
const NOTIFY_SOCKET = "/run/systemd/notify";

/** Lines of [Unit] for what the annotations of a container ask for. */
export function annotationUnitLines(pod: Pod, container: Container, kind: ContainerKind): Lines {
  const { namespace, name } = pod.metadata;
  const { startAfter = [], listen } = annotationOptions(pod, container);
  const socket = socketUnitName(pod, container);
  const first = listen === undefined || kind === "init" ? [] : [["Wants", socket] as const, ["After", socket] as const];
  const others: Lines = startAfter.map((other) => ["After", containerUnitName(namespace, name, other)]);
  return [...first, ...others];
}

/** Lines of [Service], to come after those that they replace. An init container runs to its end: there is no readiness to wait for. */
export function annotationServiceLines(pod: Pod, container: Container, kind: ContainerKind): Lines {
  const { notify = false, watchdog, listen } = annotationOptions(pod, container);
  if (kind === "init") return [];
  const sockets = listen === undefined ? [] : [["Sockets", socketUnitName(pod, container)] as const];
  if (!notify) return sockets;
  return [
    ...sockets,
    ["Type", "notify"],
    ["NotifyAccess", "all"],
    ["BindReadOnlyPaths", NOTIFY_SOCKET],
    ...(watchdog === undefined ? [] : ([["WatchdogSec", String(watchdog)]] as const)),
  ];
}

/** Further words for container-start, in seconds. */
export function backOffWords(pod: Pod, container: Container): readonly string[] {
  const { backOff } = annotationOptions(pod, container);
  return backOff === undefined ? [] : words(backOff);
}

function words({ first, longest, stable }: BackOff): readonly string[] {
  return [first, longest, stable].map(String);
}
