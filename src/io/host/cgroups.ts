import { join } from "node:path";
import { podRunDir } from "../../model/paths.ts";
import { isAuxiliary, type UnitOwner } from "../../model/unit.ts";
import { readIdentity } from "../../unitfile/identity.ts";
import { asUnitName } from "../../unitfile/names.ts";
import { isDirectory, list, modifiedAt, readOptional } from "../files.ts";
import { adoptedNames, readAdoption } from "../systemd/adopted-units.ts";
import { readUnitText } from "../systemd/unit-places.ts";
import { CgroupFiles, field } from "./cgroup-files.ts";
import { memoryUse, workingSet } from "./cgroup-memory.ts";
import { readHostMemory } from "./host-memory.ts";

const SLICE = "unitlet.slice";

/** The usage in seconds of CPU and bytes. A value is undefined without accounting in the kernel. */
export interface Usage {
  readonly cpu?: number;
  readonly workingSet?: number;
  readonly swap?: number;
}

/** The cgroup of one unit of unitlet. */
export interface UnitCgroup {
  readonly identity: UnitOwner;
  /** The path from the root of the hierarchy, without a leading slash. */
  readonly path: string;
  /** When the container started, in seconds since the epoch; undefined for a pod. */
  readonly startedAt?: number;
}

/** The usage of one unit of unitlet. */
export type UnitUsage = Omit<UnitCgroup, "path"> & Usage;

/** Returns the usage of each running container and of each pod as a whole. */
export function readUnitUsage(): readonly UnitUsage[] {
  const files = new CgroupFiles();
  return unitCgroups(files).map(({ path, ...unit }) => ({ ...unit, ...readUsage(files, path) }));
}

/** Returns the cgroups of all running containers and of their pods. */
export function unitCgroups(files: CgroupFiles): readonly UnitCgroup[] {
  const found: UnitCgroup[] = [];
  const walk = (above: string): void => {
    for (const name of list(join(files.tree, above))) {
      if (!/\.(slice|service)$/.test(name)) continue;
      const path = join(above, name);
      const identity = unitOwner(name);
      // The cgroup of a pod includes its auxiliary units.
      if (identity !== undefined && !isAuxiliary({ identity })) found.push({ identity, path, ...startOf(identity) });
      if (name.endsWith(".slice") && isDirectory(join(files.tree, path))) walk(path);
    }
  };
  walk(SLICE);
  const adopted = adoptedCgroups(files);
  const pods = new Set(found.map(({ identity }) => identity.podUID));
  // The slice of a pod that has adopted all of its containers is empty, and systemd does not start it.
  const bare = adopted.filter(({ identity }, at) => {
    const isFirst = adopted.findIndex((each) => each.identity.podUID === identity.podUID) === at;
    return isFirst && !pods.has(identity.podUID);
  });
  const slices = bare.map(({ identity, path }) => ({
    identity: { ...identity, container: "", kind: "slice" as const },
    path,
  }));
  return [...found, ...slices, ...adopted];
}

/** Returns the cgroups of the units of the host that pods have adopted. They are outside of the slices of these pods. */
function adoptedCgroups(files: CgroupFiles): readonly UnitCgroup[] {
  return adoptedNames().flatMap((name) => {
    const identity = readIdentity(readAdoption(name) ?? "");
    const path = identity?.cgroup;
    if (identity === undefined || path === undefined || !isDirectory(join(files.tree, path))) return [];
    return [{ identity, path, ...startOf(identity) }];
  });
}

function unitOwner(name: string): UnitOwner | undefined {
  const unit = asUnitName(name);
  const text = unit && readUnitText(unit);
  return text === undefined ? undefined : readIdentity(text);
}

function startOf({ podUID, container }: UnitOwner): Pick<UnitCgroup, "startedAt"> {
  const at = container === "" ? undefined : modifiedAt(join(podRunDir(podUID), `${container}.started`));
  return at === undefined ? {} : { startedAt: at / 1000 };
}

/** Returns the usage of one cgroup. */
export function readUsage(files: CgroupFiles, path: string): Usage {
  const { current, stat } = memoryUse(files, path);
  const swap = files.isUnified ? files.counter("", path, "memory.swap.current") : field(stat, "total_swap");
  const cpu = cpuOf(files, path);
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(current === undefined ? {} : { workingSet: workingSet(current, stat) }),
    ...(swap === undefined ? {} : { swap }),
  };
}

/** Returns the CPU time in seconds. The v2 hierarchy has it without a controller, also beside v1. */
export function cpuOf(files: CgroupFiles, path: string): number | undefined {
  const used = field(files.text("", path, "cpu.stat"), "usage_usec");
  if (used !== undefined) return used / 1e6;
  const nanoseconds = files.counter("cpuacct", path, "cpuacct.usage");
  return nanoseconds === undefined ? undefined : nanoseconds / 1e9;
}

/** Returns the usage of the whole host. */
export function readNodeUsage(): Usage {
  const [user, nice, system, , , irq, softirq, steal] =
    (readOptional("/proc/stat") ?? "").split("\n")[0]?.split(/\s+/).slice(1).map(Number) ?? [];
  const { workingSet, swapUsed } = readHostMemory();
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return {
    // USER_HZ is 100 on every architecture that Node supports.
    cpu: ticks / 100,
    workingSet,
    swap: swapUsed,
  };
}
