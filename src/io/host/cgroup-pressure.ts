import { readOptional } from "../files.ts";
import type { CgroupFiles } from "./cgroup-files.ts";

/** The time in which processes waited for a resource: the shares in % of the last seconds, and the total in microseconds. */
export interface PressureData {
  readonly total: number;
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
}

/** `some`: some processes waited. `full`: all of them waited, and nothing ran. */
export interface PressureStats {
  readonly full: PressureData;
  readonly some: PressureData;
}

/** The pressure by resource. Undefined without PSI in the kernel. */
export interface Pressure {
  readonly cpu?: PressureStats;
  readonly memory?: PressureStats;
  readonly io?: PressureStats;
}

/** Returns the pressure of one cgroup from the v2 hierarchy, which has it also beside v1. */
export function readPressure(files: CgroupFiles, path: string): Pressure {
  return pressure((resource) => files.text("", path, `${resource}.pressure`));
}

/** Returns the pressure of the whole host. */
export function readHostPressure(): Pressure {
  return pressure((resource) => {
    try {
      return readOptional(`/proc/pressure/${resource}`) ?? "";
    } catch {
      // The kernel has PSI, but `psi=0` on its command line disables it.
      return "";
    }
  });
}

function pressure(read: (resource: string) => string): Pressure {
  const [cpu, memory, io] = ["cpu", "memory", "io"].map((resource) => parsePressure(read(resource)));
  return { ...(cpu && { cpu }), ...(memory && { memory }), ...(io && { io }) };
}

const NONE: PressureData = { total: 0, avg10: 0, avg60: 0, avg300: 0 };

/** A kernel older than 5.13 has no line `full` for the CPU. */
function parsePressure(text: string): PressureStats | undefined {
  const some = parseLine(text, "some");
  return some === undefined ? undefined : { full: parseLine(text, "full") ?? NONE, some };
}

/** Parses a line such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=1500`. */
function parseLine(text: string, scope: string): PressureData | undefined {
  const numbers = new RegExp(`^${scope} avg10=(\\S+) avg60=(\\S+) avg300=(\\S+) total=(\\d+)$`, "m").exec(text);
  if (numbers === null) return undefined;
  const [avg10 = 0, avg60 = 0, avg300 = 0, total = 0] = numbers.slice(1).map(Number);
  return { total, avg10, avg60, avg300 };
}
