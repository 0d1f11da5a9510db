import { describe, expect, test } from "vitest";
import type { Pod, PodPhase } from "../../src/model/api/pod.ts";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { World } from "../../src/model/world.ts";
import { isIntact, withValue } from "../../src/unitfile/identity.ts";
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
const phase =
  (as: PodPhase) =>
  (of: Pod): Pod => ({ ...of, status: { ...of.status, phase: as } });
const since = (world: World, seconds: number): World => {
  const [uid = "", directory] = [...world.directories][0] ?? [];
  if (directory === undefined) throw new Error("no directory");
  return { ...world, directories: new Map([[uid, { ...directory, stoppingSince: NOW - seconds * 1000 }]]) };
};

const REMOVED = (because: string) => [
  `stop slice: ${because}`,
  `remove-unit slice: ${because}`,
  `remove-unit app: ${because}`,
  `remove-pod: ${because}`,
];

describe("a pod that is deleted", () => {
  const stopped = ["unlink app: the pod is deleted", `stop slice: the pod is deleted ${KILLING}`];
  const stopping = withUnit(up(WEB), APP, { state: STOPPING, linked: false });

  const cases: [string, World, string[]][] = [
    ["is stopped", withPods(up(WEB), deleted(30)), stopped],
    ["is waited for", withPods(stopping, deleted(30)), []],
    ["waits for its status to tell the end", withPods(ended(up(WEB)), deleted(30)), []],
    [
      "is removed and forgotten when status has told it",
      withPods(withPods(ended(up(WEB)), deleted(30)), phase("Succeeded")),
      [...REMOVED("the pod is deleted"), "delete-pod-object: nothing of the pod is left"],
    ],
    [
      "is removed, and not deleted again, where a finalizer holds it",
      withPods(withPods(ended(up(WEB)), deleted(0)), phase("Failed")),
      REMOVED("the pod is deleted"),
    ],
    ["before anything of it ran waits for its status", bare(deleted(30)(WEB)), []],
    [
      "before anything of it ran is forgotten",
      bare(phase("Failed")(deleted(30)(WEB))),
      ["delete-pod-object: nothing of the pod is left"],
    ],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });

  test("is stopped unit by unit where its slice is not known", () => {
    const world = withPods(withoutUnit(up(WEB), SLICE), deleted(30));
    expect(plan(world)).toEqual(["unlink app: the pod is deleted", `stop app: the pod is deleted ${KILLING}`]);
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
    expect(plan(world)).toEqual(["record-exit app: container app ended and left no record"]);
  });
});

function given(world: World, stoppingGrace: number): World {
  const directories = [...world.directories].map(([uid, each]) => [uid, { ...each, stoppingGrace }] as const);
  return { ...world, directories: new Map(directories) };
}

describe("a pod that is deleted with less time than it has", () => {
  const stopping = withUnit(up(WEB), APP, { state: STOPPING, linked: false });
  const noted = "write-grace-period: the delete says how long it may take";
  const over = "kill app: its grace period is over";
  const alarm = (at: number) => `schedule-run ${toTimestamp(at)}: its grace period is shorter than systemd's`;

  const helped = (world: World) =>
    withUnit(given(world, 5), APP, { text: 'ExecStop=-+:/lib/unitlet/container-stop "app"\n' });

  const cases: [string, World, string[]][] = [
    [
      "sets an alarm for its end",
      withPods(up(WEB), deleted(5)),
      [noted, "unlink app: the pod is deleted", `stop slice: the pod is deleted ${KILLING}`, alarm(NOW + 5000)],
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
      [noted, over, "unlink app: the pod is deleted", `stop slice: the pod is deleted ${KILLING}`],
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
    expect(plan(longer)).toEqual([
      `schedule-run ${toTimestamp(NOW)}: it can be stopped now`,
      "write-unit app: the delete gives it longer than it has",
      "reload: a grace period is longer now",
    ]);
    const write = stepsOf(longer).find(({ kind }) => kind === "write-unit");
    const text = write !== undefined && "text" in write ? write.text : "";
    expect(text).toContain("\nTimeoutStopSec=90\n");
    expect(isIntact(text)).toBe(true);
  });

  test("and then is", () => {
    const text = withValue(longer.units.get(APP)?.text ?? "", "TimeoutStopSec", "90");
    expect(plan(withUnit(longer, APP, { text }))).toEqual([
      "unlink app: the pod is deleted",
      `stop slice: the pod is deleted ${KILLING}`,
    ]);
  });
});
