import { describe, expect, test } from "vitest";
import type { Pod, PodPhase } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { World } from "../../src/model/world.ts";
import { isIntact, readIdentity } from "../../src/unitfile/identity.ts";
import { container, NOW, pod } from "../translate/base.ts";
import {
  bare,
  ended,
  invocation,
  plan,
  RUNNING,
  STOPPING,
  sliceOf,
  stepsOf,
  unitName,
  up,
  withoutUnit,
  withPods,
  withUnit,
} from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const SLICE = sliceOf(WEB);
const KILLING = "[Normal Killing: Stopping container app]";

const deleted =
  (seconds?: number) =>
  (of: Pod): Pod => ({
    ...of,
    metadata: {
      ...of.metadata,
      deletionTimestamp: toTimestamp(NOW + 30_000),
      ...(seconds === undefined ? {} : { deletionGracePeriodSeconds: seconds }),
    },
  });
const held = (of: Pod): Pod => ({ ...of, metadata: { ...of.metadata, finalizers: ["example.org/hold"] } });
const phase =
  (as: PodPhase) =>
  (of: Pod): Pod => ({ ...of, status: { ...of.status, phase: as } });
const since = (world: World, seconds: number): World => {
  const [uid = "", directory] = [...world.directories][0] ?? [];
  if (directory === undefined) throw new Error("no directory");
  return { ...world, directories: new Map([[uid, { ...directory, stoppingSince: NOW - seconds * 1000 }]]) };
};

const REMOVED = ["kill-left slice", "stop slice", "remove-unit slice", "remove-unit app", "remove-pod"];

describe("a pod that is deleted", () => {
  const stopped = ["mark-stopping", "unlink app", `stop slice ${KILLING}`];
  const stopping = withUnit(up(WEB), APP, { state: STOPPING, linked: false });

  const cases: [string, World, string[]][] = [
    ["is stopped", withPods(up(WEB), deleted(30)), stopped],
    ["is waited for", withPods(stopping, deleted(30)), []],
    ["waits for its status to tell the end", withPods(ended(up(WEB)), deleted(30)), []],
    [
      "is removed and forgotten when status has told it",
      withPods(withPods(ended(up(WEB)), deleted(30)), phase("Succeeded")),
      [...REMOVED, "delete-pod-object"],
    ],
    [
      "is removed, and not deleted again, where a finalizer holds it",
      withPods(withPods(withPods(ended(up(WEB)), deleted(0)), held), phase("Failed")),
      REMOVED,
    ],
    [
      "is deleted, where a finalizer will hold it",
      withPods(withPods(withPods(ended(up(WEB)), deleted(30)), held), phase("Failed")),
      [...REMOVED, "delete-pod-object"],
    ],
    [
      "is deleted again, where a DELETE was cut off after it had noted the grace period of 0",
      bare(phase("Failed")(deleted(0)(WEB))),
      ["delete-pod-object"],
    ],
    [
      "by force, with the request cut off, is deleted once its end is told",
      withPods(withPods(ended(up(WEB)), deleted(0)), phase("Failed")),
      [...REMOVED, "delete-pod-object"],
    ],
    ["before anything of it ran waits for its status", bare(deleted(30)(WEB)), []],
    ["before anything of it ran is forgotten", bare(phase("Failed")(deleted(30)(WEB))), ["delete-pod-object"]],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });

  test("is stopped unit by unit where its slice is not known", () => {
    const world = withPods(withoutUnit(up(WEB), SLICE), deleted(30));
    expect(plan(world)).toEqual(["mark-stopping", "unlink app", `stop app ${KILLING}`]);
  });

  test("tells each container", () => {
    const two = pod({
      containers: [container(), container({ name: "other" })],
      initContainers: [container({ name: "first" })],
    });
    const world = withUnit(withPods(up(two), deleted(30)), unitName("first"), {
      state: RUNNING,
      invocation: invocation(3),
    });
    const told = stepsOf(world).flatMap(({ event }) =>
      event === undefined ? [] : [`${event.fieldPath} ${event.occurrence}`],
    );
    expect(told.toSorted()).toEqual([
      `spec.containers{app} ${invocation(1)}`,
      `spec.containers{other} ${invocation(1)}`,
      `spec.initContainers{first} ${invocation(3)}`,
    ]);
  });

  test("notes down an exit that nobody saw", () => {
    const world = withPods(
      withUnit(up(WEB), APP, { state: undefined, invocation: undefined, linked: false }),
      deleted(30),
    );
    expect(plan(world)).toEqual(["record-exit app"]);
  });
});

function given(world: World, stoppingGrace: number): World {
  const directories = [...world.directories].map(([uid, each]) => [uid, { ...each, stoppingGrace }] as const);
  return { ...world, directories: new Map(directories) };
}

describe("a pod that is deleted with less time than it has", () => {
  const stopping = withUnit(up(WEB), APP, { state: STOPPING, linked: false });
  const noted = "write-grace-period";
  const over = "kill app";
  const alarm = (at: number) => `schedule-run ${toTimestamp(at)}`;

  const helped = (world: World) => {
    const identity = world.units.get(APP)?.identity;
    return withUnit(given(world, 5), APP, { identity: identity && { ...identity, stopHelper: true } });
  };

  const cases: [string, World, string[]][] = [
    [
      "sets an alarm for its end",
      withPods(up(WEB), deleted(5)),
      [noted, "mark-stopping", "unlink app", `stop slice ${KILLING}`, alarm(NOW + 5000)],
    ],
    ["keeps the alarm", withPods(given(since(stopping, 3), 5), deleted(5)), [alarm(NOW + 2000)]],
    [
      "is given every second that was promised",
      withPods(given(since(stopping, 4.5), 5), deleted(5)),
      [alarm(NOW + 1000)],
    ],
    ["is killed when its time is over", withPods(given(since(stopping, 5), 5), deleted(5)), [over]],
    [
      "at once, is killed at once",
      withPods(up(WEB), deleted(0)),
      [noted, over, "mark-stopping", "unlink app", `stop slice ${KILLING}`],
    ],
    [
      "by a second delete, has that time from then on",
      withPods(given(since(stopping, 9), 20), deleted(5)),
      [noted, alarm(NOW + 5000)],
    ],
    ["is left to the helper that keeps it", withPods(helped(since(stopping, 5)), deleted(5)), [alarm(NOW + 10_000)]],
    ["is killed when that does not keep it", withPods(helped(since(stopping, 15)), deleted(5)), [over]],
    ["is not killed when it has ended", withPods(since(ended(up(WEB)), 9), deleted(5)), []],
    ["is killed by the usual time by systemd, not by us", withPods(since(stopping, 99), deleted(30)), []],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });
});

describe("a pod that is deleted with more time than it has", () => {
  const longer = withPods(up(WEB), deleted(90));

  test("is given it before it is stopped", () => {
    expect(plan(longer)).toEqual([`schedule-run ${toTimestamp(NOW)}`, "write-unit app", "reload"]);
    const write = stepsOf(longer).find(({ kind }) => kind === "write-unit");
    const text = write !== undefined && "text" in write ? write.text : "";
    expect(text.match(/^(TimeoutStopSec=.*|\[Service\])$/gm)).toEqual(["[Service]", "TimeoutStopSec=90"]);
    expect(isIntact(text)).toBe(true);
  });

  test("and then is", () => {
    const write = stepsOf(longer).find(({ kind }) => kind === "write-unit");
    const text = write !== undefined && "text" in write ? write.text : "";
    const identity = readIdentity(text);
    expect(identity).toMatchObject({ stopTimeout: 90 });
    expect(plan(withUnit(longer, APP, { text, ...(identity && { identity }) }))).toEqual([
      "mark-stopping",
      "unlink app",
      `stop slice ${KILLING}`,
    ]);
  });
});
