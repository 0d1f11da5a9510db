import type { UnitLines } from "../../model/unit.ts";
import { containerUnitName } from "../../unitfile/names.ts";
import type { ResolvedContainer } from "../resolved-container.ts";
import { socketUnitName } from "./socket.ts";
import type { BackOff } from "./table.ts";

/** Returns the lines of [Unit] for a container's annotations. */
export function annotationUnitLines({ pod, container, kind, options }: ResolvedContainer): UnitLines {
  const { namespace, name } = pod.metadata;
  const { startAfter = [], listen } = options;
  const socket = socketUnitName(pod, container);
  const first = listen === undefined || kind === "init" ? [] : [["Wants", socket] as const, ["After", socket] as const];
  const others: UnitLines = startAfter.map((other) => ["After", containerUnitName(namespace, name, other)]);
  return [...first, ...others];
}

/**
 * Returns lines of [Service] that replace earlier ones. An init container has none, because it is never ready before it
 * ends.
 */
export function annotationServiceLines({ pod, container, kind, options }: ResolvedContainer): UnitLines {
  const { notify = false, watchdog, listen } = options;
  if (kind === "init") return [];
  const sockets = listen === undefined ? [] : [["Sockets", socketUnitName(pod, container)] as const];
  if (!notify) return sockets;
  return [
    ...sockets,
    ["Type", "notify"],
    ["NotifyAccess", "all"],
    ...(watchdog === undefined ? [] : ([["WatchdogSec", String(watchdog)]] as const)),
  ];
}

/** Returns the back-off arguments of container-start, in seconds. */
export function backOffWords({ options: { backOff } }: ResolvedContainer): readonly string[] {
  return backOff === undefined ? [] : words(backOff);
}

function words({ first, longest, stable }: BackOff): readonly string[] {
  return [first, longest, stable].map(String);
}
