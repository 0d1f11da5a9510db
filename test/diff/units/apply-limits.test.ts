import { expect, test } from "vitest";
import { toTimestamp } from "../../../src/model/api/time.ts";
import type { CgroupLimits } from "../../../src/model/host/cgroup-limits.ts";
import type { World } from "../../../src/model/world.ts";
import { NOW, pod } from "../../translate/base.ts";
import { plan, unitName, up, withPods, withUnit } from "../base.ts";

const APP = unitName("app");
const WEB = pod();
const REPAIR = ["reload", "apply-limits slice"];

const having = (limits: CgroupLimits): World => withUnit(up(WEB), APP, { limits });
const keeping = (world: World): World => ({ ...world, config: { ...world.config, dropIns: "keep" } });
const resizing = (world: World): World =>
  withPods(world, (of) => ({
    ...of,
    status: {
      ...of.status,
      conditions: [{ type: "PodResizeInProgress", status: "True", lastTransitionTime: toTimestamp(NOW) }],
    },
  }));

test.each<[what: string, limits: CgroupLimits]>([
  ["memory", { memory: 4096 }],
  ["swap", { swap: Infinity }],
])("another limit of %s in the kernel is repaired", (_, limits) => {
  expect(plan(having(limits))).toEqual(REPAIR);
});

test("limits that the kernel has, or that cannot be read, are left alone", () => {
  expect(plan(having({ memory: Infinity, swap: 0 }))).toEqual([]);
  expect(plan(having({}))).toEqual([]);
});

test("where drop-ins stay, other limits may be theirs: they are repaired after a resize alone", () => {
  expect(plan(keeping(having({ memory: 4096 })))).toEqual([]);
  expect(plan(keeping(resizing(having({ memory: 4096 }))))).toEqual(REPAIR);
});
