import type { Pod } from "../../model/api/pod.ts";
import { allocatable, type Capacity } from "../../model/host/allocatable.ts";
import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";
import type { NodeSlice } from "../../model/host/node-slices.ts";
import { nodeReservations } from "./memory-reservation.ts";
import { podRequests } from "./requests.ts";
import { type CgroupHost, cpuShares, cpuWeight, qosClass } from "./resources.ts";

/**
 * Returns the limits of the slices above those of pods. BestEffort pods have the least weight, and Burstable ones that
 * of their requests (`cm/qos_container_manager_linux.go: setCPUCgroupConfig`, v1.36). All pods together have the CPU,
 * the memory and the process IDs that the host does not reserve (`cm/node_container_manager_linux.go:
 * getNodeAllocatableInternalAbsolute`). A limit of these below 1 stands for a reservation of more than the host has.
 */
export function nodeSliceLimits(
  pods: readonly Pod[],
  config: Config,
  host: CgroupHost & Capacity & Pick<Host, "pidsMax">,
): ReadonlyMap<NodeSlice, CgroupLimits> {
  const burstable = pods.filter((pod) => qosClass(pod) === "Burstable");
  const requests = burstable.reduce((sum, pod) => sum + podRequests(pod).cpu, 0);
  const share = (milli: number) => (host.hasCPUShares ? { shares: cpuShares(milli) } : { weight: cpuWeight(milli) });
  const memory = host.memoryTotal - config.systemReserved.memory;
  const tasks = host.pidsMax - config.systemReserved.pids;
  const reservations = nodeReservations(pods, { config, host });
  return new Map<NodeSlice, CgroupLimits>([
    ["unitlet.slice", { ...share(allocatable(config, host).cpu), memory, tasks, ...reservations.all }],
    ["unitlet-burstable.slice", { ...share(requests), ...reservations.burstable }],
    ["unitlet-besteffort.slice", share(0)],
  ]);
}
