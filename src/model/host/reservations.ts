import { printBytes, printCores } from "../api/quantity.ts";
import type { Capacity } from "./allocatable.ts";
import type { Config, EvictionSignal } from "./config.ts";
import type { Host } from "./host.ts";
import { thresholdQuantity } from "./pressure.ts";

/**
 * Returns for each resource of which the settings reserve more than the host has which settings these are. The kubelet does
 * not start then (`cm/node_container_manager_linux.go: validateNodeAllocatable`, v1.36).
 */
export function reservationProblems(
  { systemReserved, evictionHard }: Pick<Config, "systemReserved" | "evictionHard">,
  { cpus, memoryTotal, diskTotal, pidsMax }: Capacity & Pick<Host, "pidsMax">,
): readonly string[] {
  const threshold = (signal: EvictionSignal, total: number) => ({
    signal,
    bytes: Math.floor(thresholdQuantity(evictionHard[signal], total)),
  });
  const storage = { reserved: systemReserved.ephemeralStorage, total: diskTotal };
  return [
    ...problemOf({ name: "cpu", print: printCores, reserved: systemReserved.cpu, total: 1000 * cpus }),
    ...problemOf({
      ...{ name: "memory", print: printBytes, reserved: systemReserved.memory, total: memoryTotal },
      threshold: threshold("memory.available", memoryTotal),
    }),
    ...problemOf({
      ...{ name: "ephemeral-storage", print: printBytes, ...storage },
      threshold: threshold("nodefs.available", diskTotal),
    }),
    ...problemOf({ name: "pid", print: String, reserved: systemReserved.pids, total: pidsMax }),
  ];
}

interface Reservation {
  /** As in the setting systemReserved. */
  readonly name: string;
  readonly print: (quantity: number) => string;
  readonly reserved: number;
  readonly total: number;
  readonly threshold?: { readonly signal: EvictionSignal; readonly bytes: number };
}

function problemOf({ name, print, reserved, total, threshold }: Reservation): readonly string[] {
  if (reserved + (threshold?.bytes ?? 0) <= total) return [];
  const settings = [
    ...(reserved > 0 ? [`systemReserved (${name}=${print(reserved)})`] : []),
    ...(threshold && threshold.bytes > 0 ? [`evictionHard (${threshold.signal}<${print(threshold.bytes)})`] : []),
  ];
  const [verb, them] = settings.length > 1 ? ["are together", "them"] : ["is", "it"];
  return [`${settings.join(" and ")} ${verb} more than the ${name}=${print(total)} of this host: lower ${them}`];
}
