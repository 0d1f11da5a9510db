import { describe, expect, test } from "vitest";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { World } from "../../src/model/world.ts";
import { NOW, pod } from "../translate/base.ts";
import { plan, STOPPING, unitName, up, withPods, withUnit } from "./base.ts";
import { deleted, inPhase, withDirectory } from "./word-worlds.ts";

const APP = unitName("app");
const since = (world: World, seconds: number) => withDirectory(world, { stoppingSince: NOW - seconds * 1000 });

describe("a pod that ends and may ask systemd for more time", () => {
  const stopping = withUnit(up(pod()), APP, { state: STOPPING, linked: false });
  const notifying = (world: World) => {
    const identity = world.units.get(APP)?.identity;
    return withUnit(world, APP, { identity: identity && { ...identity, serviceType: "notify" } });
  };
  const alarm = (at: number) => `schedule-run ${toTimestamp(at)}`;
  const without = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });

  test.for<[string, World, string[]]>([
    ["has its grace period", withPods(notifying(since(stopping, 3)), deleted(30)), [alarm(NOW + 37_000)]],
    ["is killed 10 s after it", withPods(notifying(since(stopping, 40)), deleted(30)), ["kill app"]],
    [
      "has it when the node has ended it",
      withPods(notifying(since(stopping, 3)), inPhase("Failed")),
      [alarm(NOW + 37_000)],
    ],
    ["is killed 10 s later then too", withPods(notifying(since(stopping, 40)), inPhase("Failed")), ["kill app"]],
    ["has 30 s when its object is gone", without(notifying(since(stopping, 3))), [alarm(NOW + 37_000)]],
    ["is killed 10 s later then", without(notifying(since(stopping, 40))), ["kill app"]],
    ["is waited for when systemd will kill it", without(since(stopping, 40)), []],
  ])("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });
});
