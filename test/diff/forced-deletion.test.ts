import { describe, expect, test } from "vitest";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { World } from "../../src/model/world.ts";
import { NOW, pod } from "../translate/base.ts";
import { ended, plan, STOPPING, unitName, up, withUnit } from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const REMOVED = ["kill-left slice", "stop slice", "remove-unit slice", "remove-unit app", "remove-pod"];

/** The pod began to stop so many seconds ago, with this grace period. */
function begun(world: World, seconds: number, stoppingGrace: number): World {
  const change = { stoppingSince: NOW - seconds * 1000, stoppingGrace };
  const directories = [...world.directories].map(([uid, each]) => [uid, { ...each, ...change }] as const);
  return { ...world, directories: new Map(directories) };
}

describe("a pod whose object was removed by force from the cluster", () => {
  const cluster = { server: "https://192.0.2.1:6443", insecureSkipTLSVerify: false };
  const gone = (world: World): World => ({
    ...world,
    config: { ...world.config, cluster },
    pods: { complete: true, items: [] },
  });
  const stopping = withUnit(up(WEB), APP, { state: STOPPING, linked: false });
  const alarm = (at: number) => `schedule-run ${toTimestamp(at)}`;

  test.for<[string, World, string[]]>([
    [
      "has two seconds",
      up(WEB),
      ["write-grace-period", "mark-stopping", "unlink app", "stop slice", alarm(NOW + 2000)],
    ],
    [
      "has two seconds from now, in the middle of a long grace period",
      begun(stopping, 100, 600),
      ["write-grace-period", alarm(NOW + 2000)],
    ],
    ["is killed then", begun(stopping, 2, 2), ["kill app"]],
    ["is not killed when it has ended", ended(up(WEB)), REMOVED],
  ])("%s", ([, world, expected]) => {
    expect(plan(gone(world))).toEqual(expected);
  });
});

describe("a pod of a standalone host whose manifest was removed", () => {
  const gone = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });
  const stopping = withUnit(up(WEB), APP, { state: STOPPING, linked: false });

  test.for<[string, World, string[]]>([
    ["has its own grace period", stopping, []],
    ["has the one that unitlet delete has written", begun(stopping, 1, 5), [`schedule-run ${toTimestamp(NOW + 4000)}`]],
    ["is killed then", begun(stopping, 5, 5), ["kill app"]],
  ])("%s", ([, world, expected]) => {
    expect(plan(gone(world))).toEqual(expected);
  });
});
