import type { PressureStats } from "../../io/host/cgroup-pressure.ts";
import type { CgroupStats } from "../../io/host/cgroup-stats.ts";
import { type Instant, toTimestamp } from "../../model/api/time.ts";

type Counted =
  | ("cpu" | "workingSet" | "memory" | "rss" | "pageFaults" | "majorPageFaults" | "memoryLimit")
  | ("swap" | "swapLimit");

/** The statistics that the figures of /stats/summary come from. */
export type Measured = Pick<CgroupStats, Counted | "pressure">;

/** The input of figures: the CPU time before, the statistics now, and the time between. */
export interface FiguresInput {
  readonly before: Pick<Measured, "cpu"> | undefined;
  readonly after: Measured;
  readonly at: Instant;
  readonly milliseconds: number;
}

/** CPU, memory and swap in the format of stats/v1alpha1. A part without accounting is left out. */
export interface Figures {
  readonly cpu?: object;
  readonly memory?: object;
  readonly swap?: object;
}

/** Returns the figures of the node, a pod or a container (`stats/helper.go: cadvisorInfoToCPUandMemoryStats`, v1.36). */
export function figures({ before, after, at, milliseconds }: FiguresInput): Figures {
  const time = toTimestamp(at);
  const swap =
    after.swap === undefined
      ? {}
      : { swap: { time, ...available("swapAvailableBytes", after.swapLimit, after.swap), swapUsageBytes: after.swap } };
  return { ...cpu(time, before, after, milliseconds), ...memory(time, after), ...swap };
}

function cpu(time: string, before: FiguresInput["before"], after: Measured, milliseconds: number): Figures {
  if (after.cpu === undefined) return {};
  const spent = before?.cpu === undefined ? undefined : Math.max(0, after.cpu - before.cpu);
  const rate = spent === undefined ? {} : { usageNanoCores: Math.round((spent * 1e12) / milliseconds) };
  const total = { usageCoreNanoSeconds: Math.round(after.cpu * 1e9) };
  return { cpu: { time, ...rate, ...total, ...psi(after.pressure.cpu) } };
}

function memory(time: string, after: Measured): Figures {
  if (after.workingSet === undefined) return {};
  return {
    memory: {
      time,
      ...available("availableBytes", after.memoryLimit, after.workingSet),
      ...(after.memory === undefined ? {} : { usageBytes: after.memory }),
      workingSetBytes: after.workingSet,
      ...(after.rss === undefined ? {} : { rssBytes: after.rss }),
      ...(after.pageFaults === undefined ? {} : { pageFaults: after.pageFaults }),
      ...(after.majorPageFaults === undefined ? {} : { majorPageFaults: after.majorPageFaults }),
      ...psi(after.pressure.memory),
    },
  };
}

/** Returns the pressure of I/O, if the kernel has PSI. */
export function pressure({ pressure: { io } }: Pick<Measured, "pressure">, time: string): object {
  return io === undefined ? {} : { io: { time, ...psi(io) } };
}

/** The totals are in microseconds, as the kubelet has them, although stats/v1alpha1 says nanoseconds. */
function psi(stats: PressureStats | undefined): object {
  return stats === undefined ? {} : { psi: stats };
}

/** Without a limit there is no such number. Usage may exceed a limit that has just been lowered. */
function available(name: string, limit: number | undefined, used: number): object {
  return limit === undefined ? {} : { [name]: Math.max(0, limit - used) };
}
