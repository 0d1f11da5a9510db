import type { CgroupFiles } from "./cgroup-files.ts";

/** Seconds in which processes had to wait for something: some of them, or all of them. Undefined: the kernel does not tell. */
export interface Pressure {
  readonly cpuWaiting?: number;
  readonly cpuStalled?: number;
  readonly memoryWaiting?: number;
  readonly memoryStalled?: number;
  readonly ioWaiting?: number;
  readonly ioStalled?: number;
}

/** By the v2 tree, which tells it of every cgroup, also beside v1. */
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

/** Of a line such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=1500`, in microseconds. */
function total(text = "", whom: "some" | "full"): number | undefined {
  const value = new RegExp(`^${whom} .*total=(\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value) / 1e6;
}
