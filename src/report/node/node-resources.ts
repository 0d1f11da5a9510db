import type { NodeStatus } from "../../model/api/node.ts";
import { parseQuantity, printBytes, printCores, printCount } from "../../model/api/quantity.ts";
import { allocatable } from "../../model/host/allocatable.ts";
import type { Config } from "../../model/host/config.ts";
import type { Host } from "../../model/host/host.ts";

export interface NodeResources {
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** Returns capacity and allocatable. Extended resources that other agents advertise on this node stay. */
export function nodeResources(config: Config, host: Host, previous: NodeStatus | undefined): NodeResources {
  const memory = steady(host.memoryTotal, previous?.capacity?.memory);
  const disk = steady(host.diskTotal, previous?.capacity?.["ephemeral-storage"]);
  const forPods = allocatable(config, { ...host, memoryTotal: memory, diskTotal: disk });
  const always = { ...hugePages(host), pods: printCount(config.maxPods) };
  return {
    capacity: {
      ...previous?.capacity,
      ...{
        cpu: printCores(1000 * host.cpus),
        memory: printBytes(memory),
        "ephemeral-storage": printBytes(disk),
        ...always,
      },
    },
    allocatable: {
      ...others(previous),
      cpu: printCores(forPods.cpu),
      memory: printBytes(forPods.memory),
      "ephemeral-storage": printBytes(forPods.ephemeralStorage),
      ...always,
    },
  };
}

/**
 * Returns the earlier value for a change below 1 %, because some file systems and memory balloons change their size all
 * the time.
 */
function steady(measured: number, before: string | undefined): number {
  const known = before === undefined ? undefined : parseQuantity(before);
  return known !== undefined && Math.abs(measured - known) < known / 100 ? known : measured;
}

/**
 * Returns huge pages of size 0, because pods get none. The kubelet lists the sizes of the architecture too
 * (`nodestatus/setters.go: MachineInfo`, v1.36).
 */
function hugePages({ architecture }: Host): Record<string, string> {
  const sizes = HUGE_PAGES[architecture] ?? [];
  return Object.fromEntries(sizes.map((size) => [`hugepages-${size}`, "0"]));
}

const HUGE_PAGES: Readonly<Record<string, readonly string[]>> = {
  amd64: ["1Gi", "2Mi"],
  arm64: ["1Gi", "2Mi", "32Mi", "64Ki"],
};

/** Returns the allocatable extended resources: the whole capacity, unless the agent of the resource says otherwise. */
function others(previous: NodeStatus | undefined): Readonly<Record<string, string>> {
  return { ...previous?.capacity, ...previous?.allocatable };
}
