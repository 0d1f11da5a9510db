import type { CgroupFiles } from "./cgroup-files.ts";

/**
 * The seconds in which some processes (waiting) or all of them (stalled) waited for a resource. Undefined without PSI in the
 * kernel.
 */
export interface Pressure {
  readonly cpuWaiting?: number;
  readonly cpuStalled?: number;
  readonly memoryWaiting?: number;
  readonly memoryStalled?: number;
  readonly ioWaiting?: number;
  readonly ioStalled?: number;
}

/** Returns the pressure of one cgroup from the v2 hierarchy, which has it also beside v1. */
export function readPressure(files: CgroupFiles, path: string) {
  const [cpu, memory, io] = ["cpu", "memory", "io"].map((what) => files.text("", path, `${what}.pressure`));
  return {
    cpuWaiting: total(cpu, "some"),
    cpuStalled: total(cpu, "full"),
    memoryWaiting: total(memory, "some"),
    memoryStalled: total(memory, "full"),
    ioWaiting: total(io, "some"),
    ioStalled: total(io, "full"),
  };
}

/**
 * Returns the seconds of a line such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=1500`, whose total is in microseconds.
 */
function total(text = "", scope: "some" | "full"): number | undefined {
  const value = new RegExp(`^${scope} .*total=(\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value) / 1e6;
}
