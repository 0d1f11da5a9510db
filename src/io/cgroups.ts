import { join } from "node:path";
import { podVolatile } from "../model/paths.ts";
import type { Identity } from "../model/unit.ts";
import { readIdentity } from "../unitfile/identity.ts";
import { asUnitName } from "../unitfile/names.ts";
import { isDirectory, isThere, modifiedAt, namesIn, readIfThere, readRegular } from "./files.ts";
import { UNIT_DIRECTORY } from "./unit-files.ts";

const ROOT = "/sys/fs/cgroup";
const SLICE = "unitlet.slice";

/** Undefined: the kernel does not account for it here. Seconds and bytes. */
export interface Usage {
  readonly cpu?: number;
  readonly workingSet?: number;
  readonly swap?: number;
}

export interface UnitUsage extends Usage {
  readonly identity: Identity;
  /** When a container was let go; undefined for a pod. */
  readonly startedAt?: number;
}

/** What each running container uses, and each pod as a whole, by the cgroups of their units. */
export function readUnitUsage(): readonly UnitUsage[] {
  const tree = isUnified() ? ROOT : join(ROOT, isThere(join(ROOT, "unified")) ? "unified" : "systemd");
  const found: UnitUsage[] = [];
  const walk = (path: string): void => {
    for (const name of namesIn(join(tree, path))) {
      if (!/\.(slice|service)$/.test(name)) continue;
      const below = join(path, name);
      const identity = identityOf(name);
      if (identity !== undefined) found.push({ identity, ...readUsage(below), ...startOf(identity) });
      if (name.endsWith(".slice") && isDirectory(join(tree, below))) walk(below);
    }
  };
  walk(SLICE);
  return found;
}

function identityOf(name: string): Identity | undefined {
  const text = asUnitName(name) && readRegular(join(UNIT_DIRECTORY, name));
  return text === undefined ? undefined : readIdentity(text);
}

function startOf({ podUID, container }: Identity): Pick<UnitUsage, "startedAt"> {
  const at = container === "" ? undefined : modifiedAt(join(podVolatile(podUID), `${container}.started`));
  return at === undefined ? {} : { startedAt: at / 1000 };
}

function isUnified(): boolean {
  return isThere(join(ROOT, "cgroup.controllers"));
}

function readUsage(path: string): Usage {
  const { current, stat, swap } = isUnified() ? memory2(path) : memory1(path);
  const inactive = number(stat, "total_inactive_file") ?? number(stat, "inactive_file") ?? 0;
  const cpu = cpuOf(path);
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(current === undefined ? {} : { workingSet: Math.max(0, current - inactive) }),
    ...(swap === undefined ? {} : { swap }),
  };
}

function memory2(path: string) {
  const file = (name: string) => counter(join(ROOT, path, name));
  return {
    current: file("memory.current"),
    stat: read(join(ROOT, path, "memory.stat")),
    swap: file("memory.swap.current"),
  };
}

function memory1(path: string) {
  const stat = read(join(ROOT, "memory", path, "memory.stat"));
  return {
    current: counter(join(ROOT, "memory", path, "memory.usage_in_bytes")),
    stat,
    swap: number(stat, "total_swap"),
  };
}

/** The v2 hierarchy counts without a controller, also beside v1. */
function cpuOf(path: string): number | undefined {
  for (const tree of [ROOT, join(ROOT, "unified")]) {
    const used = number(read(join(tree, path, "cpu.stat")), "usage_usec");
    if (used !== undefined) return used / 1e6;
  }
  const used =
    counter(join(ROOT, "cpu,cpuacct", path, "cpuacct.usage")) ?? counter(join(ROOT, "cpuacct", path, "cpuacct.usage"));
  return used === undefined ? undefined : used / 1e9;
}

/** The whole host. */
export function readNodeUsage(): Usage {
  const [user, nice, system, , , irq, softirq, steal] =
    read("/proc/stat").split("\n")[0]?.split(/\s+/).slice(1).map(Number) ?? [];
  const info = read("/proc/meminfo");
  const bytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(info)?.[1] ?? 0) * 1024;
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return {
    // USER_HZ is 100 on every architecture that there is a Node for.
    cpu: ticks / 100,
    workingSet: bytes("MemTotal") - bytes("MemFree") - bytes("Inactive\\(file\\)"),
    swap: bytes("SwapTotal") - bytes("SwapFree"),
  };
}

/** A cgroup may go while it is read: then reading its files fails in more ways than one. */
function read(path: string): string {
  try {
    return readIfThere(path) ?? "";
  } catch {
    return "";
  }
}

function counter(path: string): number | undefined {
  const text = read(path).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function number(text: string, key: string): number | undefined {
  const value = new RegExp(`^${key} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}
