import dbus from "dbus-next";
import type { CgroupLimits } from "../../model/host/cgroup-limits.ts";
import type { UnitName } from "../../model/unit.ts";
import { emptySliceName } from "../../unitfile/names.ts";

const variant = (signature: string, value: unknown) => new dbus.Variant(signature, value);

/** Returns properties for SetUnitProperties. */
export function limitProperties(limits: CgroupLimits): [name: string, value: unknown][] {
  const { memory, min, low, weight, shares, tasks } = limits;
  const all = {
    ...{ MemoryMax: memory, MemoryMin: min, MemoryLow: low },
    ...{ CPUWeight: weight, CPUShares: shares, TasksMax: tasks },
  };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, variant("t", BigInt(value))]],
  );
}

/** Returns signature and body of StartTransientUnit for an empty slice in a slice. systemd stops it, because nothing needs it. */
export function emptySlice(slice: UnitName): [signature: string, body: unknown[]] {
  return ["ssa(sv)a(sa(sv))", [emptySliceName(slice), "replace", [["StopWhenUnneeded", variant("b", true)]], []]];
}

/** Returns signature and body of StartTransientUnit for a timer that requests a run after so many milliseconds. */
export function transientRun(name: string, milliseconds: number): [signature: string, body: unknown[]] {
  const timer = [
    ["AccuracyUSec", variant("t", 50_000n)],
    ["RemainAfterElapse", variant("b", false)],
    ["TimersMonotonic", variant("a(st)", [["OnActiveSec", BigInt(milliseconds) * 1000n]])],
  ];
  const service = [
    ["Type", variant("s", "oneshot")],
    ["ExecStart", variant("a(sasb)", [["/bin/touch", ["/bin/touch", "/run/unitlet/sync-requested"], false]])],
  ];
  return ["ssa(sv)a(sa(sv))", [`${name}.timer`, "fail", timer, [[`${name}.service`, service]]]];
}

/** Returns signature and body of StartTransientUnit for a service that executes a command once. systemd forgets it at its end. */
export function transientService(name: string, argv: readonly string[]): [signature: string, body: unknown[]] {
  const service = [
    ["Type", variant("s", "oneshot")],
    ["CollectMode", variant("s", "inactive-or-failed")],
    // systemd's own lines for each start have priority info.
    ["LogLevelMax", variant("i", 5)],
    ["ExecStart", variant("a(sasb)", [[argv[0], argv, false]])],
  ];
  return ["ssa(sv)a(sa(sv))", [`${name}.service`, "fail", service, []]];
}
