import { join } from "node:path";
import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import { NODE_SLICES, type NodeSlice, type NodeSliceState } from "../../model/host/node-slices.ts";
import { type ActualUnit, isContainer, type UnitName } from "../../model/unit.ts";
import { sliceCgroup } from "../../unitfile/names.ts";
import { isDirectory } from "../files.ts";
import { CgroupFiles } from "./cgroup-files.ts";
import { memoryLimit } from "./cgroup-memory.ts";
import { readUsage } from "./cgroups.ts";

/** Adds to each active slice and container the limits that the kernel has for it. */
export function withLimits(units: ReadonlyMap<UnitName, ActualUnit>): ReadonlyMap<UnitName, ActualUnit> {
  const files = new CgroupFiles();
  const slices = new Map(
    [...units.values()].flatMap(({ name, identity }) =>
      identity?.kind === "slice" ? [[identity.podUID, name] as const] : [],
    ),
  );
  return new Map(
    [...units].map(([name, unit]) => {
      const cgroup = cgroupOf(unit, slices);
      return [name, cgroup === undefined ? unit : { ...unit, limits: readLimits(files, cgroup) }];
    }),
  );
}

/** Reads the slices above those of pods. */
export function readNodeSlices(): ReadonlyMap<NodeSlice, NodeSliceState> {
  const files = new CgroupFiles();
  return new Map(
    NODE_SLICES.flatMap((slice) => {
      const path = sliceCgroup(slice);
      if (!isDirectory(join(files.tree, path))) return [];
      const { workingSet } = readUsage(files, path);
      const { max, tasks } = readTasks(files, path);
      const limits = { ...readLimits(files, path), ...(max !== undefined && { tasks: max }) };
      return [
        [slice, { limits, ...(workingSet !== undefined && { workingSet }), ...(tasks !== undefined && { tasks }) }],
      ];
    }),
  );
}

/** Reads the limit of threads and their number. */
function readTasks(files: CgroupFiles, path: string) {
  const controller = files.isUnified ? "" : "pids";
  const max = numberOrMax(files.text(controller, path, "pids.max"));
  return { max, tasks: files.counter(controller, path, "pids.current") };
}

/** Returns the path of the unit's cgroup; undefined when it has none. `slices` are those of pods by UID. */
function cgroupOf({ name, identity, state }: ActualUnit, slices: ReadonlyMap<string, UnitName>): string | undefined {
  if (identity === undefined || state?.active !== "active") return undefined;
  if (identity.cgroup !== undefined) return identity.cgroup;
  if (identity.kind === "slice") return sliceCgroup(name);
  const slice = isContainer({ identity }) ? slices.get(identity.podUID) : undefined;
  return slice === undefined ? undefined : `${sliceCgroup(slice)}/${name}`;
}

/** Reads the limits that the kernel has for a cgroup. `path` is relative to the root of the hierarchy. */
function readLimits(files: CgroupFiles, path: string): CgroupLimits {
  const limits = files.isUnified ? limits2(files, path) : limits1(files, path);
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function limits2(files: CgroupFiles, path: string) {
  const [quota, period] = files.text("", path, "cpu.max").trim().split(" ");
  return {
    memory: memoryLimit(files, path),
    min: numberOrMax(files.text("", path, "memory.min")),
    low: numberOrMax(files.text("", path, "memory.low")),
    high: numberOrMax(files.text("", path, "memory.high")),
    swap: numberOrMax(files.text("", path, "memory.swap.max")),
    cpu: ratio(numberOrMax(quota ?? ""), Number(period)),
    weight: files.counter("", path, "cpu.weight"),
  };
}

function limits1(files: CgroupFiles, path: string) {
  const quota = files.counter("cpu", path, "cpu.cfs_quota_us");
  return {
    memory: memoryLimit(files, path),
    cpu: ratio(
      quota !== undefined && quota < 0 ? Number.POSITIVE_INFINITY : quota,
      files.counter("cpu", path, "cpu.cfs_period_us"),
    ),
    shares: files.counter("cpu", path, "cpu.shares"),
  };
}

function numberOrMax(text: string): number | undefined {
  const word = text.trim();
  if (word === "max") return Number.POSITIVE_INFINITY;
  return /^\d+$/.test(word) ? Number(word) : undefined;
}

function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  return quota === undefined || !period ? undefined : quota / period;
}
