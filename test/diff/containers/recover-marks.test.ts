import { describe, expect, test } from "vitest";
import { recoverMarks } from "../../../src/diff/containers/recover-marks.ts";
import { toTimestamp } from "../../../src/model/api/time.ts";
import { container, NOW, pod, runnable, UID } from "../../translate/base.ts";
import {
  DEAD,
  invocation,
  plan,
  RUNNING,
  stepsOf,
  unitName,
  up,
  withoutPast,
  withPast,
  withPods,
  withUnit,
} from "../base.ts";

const APP = unitName("app");
const WEB = pod();
const SERVED = pod({
  initContainers: [container({ name: "first" }), container({ name: "side", restartPolicy: "Always" })],
});

describe("/run/unitlet was emptied while a container runs", () => {
  test("its start is recorded again, at the time that the status has", () => {
    const [step] = stepsOf(withoutPast(up(WEB), "app"));
    expect(step).toMatchObject({
      kind: "write-mark",
      container: "app",
      mark: { name: "started", invocation: invocation(1) },
    });
  });

  test("its start is recorded as of now, when the status is about another one", () => {
    const world = withPods(withoutPast(up(WEB), "app"), (of) => ({ ...of, status: {} }));
    expect(stepsOf(world)[0]).toMatchObject({ mark: { at: NOW } });
  });

  test("its init containers and sidecars have started, and none of them starts again", () => {
    const lost = ["first", "side", "app"].reduce((world, name) => withoutPast(world, name), up(SERVED));
    const world = withUnit(lost, unitName("side"), { state: RUNNING });
    expect(plan(world)).toEqual(["write-mark first", "write-mark side", "write-mark side", "write-mark app"]);
  });

  test("an init container proves those before it only", () => {
    const of = {
      ...pod({ initContainers: [container({ name: "first" }), container({ name: "second" })] }),
      status: {},
    };
    const lost = withoutPast(withoutPast(withoutPast(up(of), "first"), "second"), "app");
    const idle = withUnit(lost, APP, { state: DEAD, invocation: undefined });
    const state = { ...RUNNING, active: "activating", sub: "start" } as const;
    const world = withUnit(idle, unitName("second"), { state, invocation: invocation(5) });
    expect(plan(world)).toEqual(["write-mark first", "write-mark second"]);
  });

  test.for([
    ["waits for its back-off", { ...RUNNING, active: "activating", sub: "start-pre" }],
    ["is being stopped", { ...RUNNING, active: "deactivating", sub: "stop-sigterm" }],
    ["has a stop job", { ...RUNNING, job: "stop" }],
  ] as const)("a container that %s proves nothing", ([, state]) => {
    const of = pod({ initContainers: [container({ name: "first" })] });
    const world = withUnit(withoutPast(withoutPast(up(of), "first"), "app"), APP, { state });
    expect(recoverMarks(runnable(of), world).steps).toEqual([]);
  });

  test("a start whose exit is recorded already is not recorded again", () => {
    const exit = { ...withPast(up(WEB), "app", {}) };
    expect(recoverMarks(runnable(WEB), exit)).toEqual({ steps: [], world: exit });
  });
});

describe("/var/lib/unitlet was emptied", () => {
  const ended = (exitCode: number, restartPolicy: "Never" | "OnFailure" | "Always") => {
    const of = pod({ restartPolicy });
    const times = { reason: "Completed", startedAt: toTimestamp(NOW - 2000), finishedAt: toTimestamp(NOW - 1000) };
    const world = withUnit(withoutPast(up(of), "app"), APP, { state: undefined, invocation: undefined });
    return withPods(world, (each) => ({
      ...each,
      status: {
        ...each.status,
        containerStatuses:
          each.status?.containerStatuses?.map((status) => ({
            ...status,
            state: { terminated: { exitCode, ...times } },
          })) ?? [],
      },
    }));
  };

  test.for([
    [0, "OnFailure"],
    [0, "Never"],
    [3, "Never"],
  ] as const)("a container that has ended for good stays so: exit code %s under %s", ([code, policy]) => {
    expect(plan(ended(code, policy))).toEqual(["write-mark app"]);
  });

  test.for([
    [3, "OnFailure"],
    [0, "Always"],
  ] as const)("a container that should run again does: exit code %s under %s", ([code, policy]) => {
    expect(plan(ended(code, policy)).join()).toMatch(/start app/);
  });
});

test("the marks are those of the pod alone", () => {
  const { world } = recoverMarks(runnable(WEB), withoutPast(up(WEB), "app"));
  expect([...world.directories.keys()]).toEqual([UID]);
});
