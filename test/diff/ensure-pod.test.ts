import { describe, expect, test } from "vitest";
import type { RestartPolicy } from "../../src/model/api/pod.ts";
import type { World } from "../../src/model/world.ts";
import { container, pod } from "../translate/base.ts";
import {
  BACKING_OFF,
  bare,
  DEAD,
  exit,
  invocation,
  plan,
  RUNNING,
  STOPPING,
  SUCCESS,
  unitName,
  up,
  withPast,
  withUnit,
} from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const STARTED = { started: { at: 0, invocation: invocation(2) } };
const WITH_INITS = pod({ initContainers: [container({ name: "first" }), container({ name: "second" })] });

describe("a new pod", () => {
  test("is written, linked and started", () => {
    expect(plan(bare(WEB))).toEqual([
      "write-file app.env",
      "write-file app.enter",
      "write-unit slice",
      "write-unit app",
      "link app",
      "start app",
    ]);
  });

  test("with init containers starts with the first of them", () => {
    expect(plan(bare(WITH_INITS)).filter((line) => line.startsWith("start"))).toEqual(["start first"]);
  });

  test("under Never is not linked: it must not start again with the host", () => {
    expect(plan(bare(pod({ restartPolicy: "Never" })))).toEqual([
      "write-file app.env",
      "write-file app.enter",
      "write-unit slice",
      "write-unit app",
      "start app",
    ]);
  });

  test("without a policy runs under Always", () => {
    const { restartPolicy: _, ...spec } = WEB.spec;
    expect(plan(bare({ ...WEB, spec }))).toEqual(plan(bare(WEB)));
  });

  test("under Never, of whose containers one was seen, starts the other", () => {
    const two = pod({ restartPolicy: "Never", containers: [container(), container({ name: "other" })] });
    const seen = up(WEB).pods.items[0]?.status?.containerStatuses?.map((each) => ({ ...each, state: {} })) ?? [];
    const status = { containerStatuses: seen };
    expect(plan(bare({ ...two, status })).filter((line) => line.startsWith("start"))).toEqual(["start other"]);
  });

  test("that waits for its image gets its slice only", () => {
    expect(plan(bare(pod({ containers: [container({ image: "nginx" })] })))).toEqual(["write-unit slice"]);
  });

  test("gets its volumes after its files and before its units", () => {
    const names = { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } };
    const of = pod({ volumes: [{ name: "names", projected: { sources: [names] } }] });
    expect(plan(bare(of)).slice(0, 4)).toEqual([
      "write-file app.env",
      "write-file app.enter",
      "write-volume names",
      "write-unit slice",
    ]);
  });

  test("of two, both", () => {
    const other = pod({}, { name: "api", uid: "other" });
    expect(plan(bare(WEB, other)).filter((line) => line.startsWith("start"))).toEqual(["start app", "start api.app"]);
  });
});

describe("nothing is to be done", () => {
  const cases: [string, World][] = [
    ["without pods", bare()],
    ["for a pod that runs", up(WEB)],
    ["for a pod that runs after its init containers", up(WITH_INITS)],
    ["for a container that backs off", withUnit(up(WEB), APP, { state: BACKING_OFF })],
    ["for a container that is about to be started", withUnit(up(WEB), APP, { state: { ...DEAD, job: "start" } })],
    ["for a container that stops, and will be started when it has", withUnit(up(WEB), APP, { state: STOPPING })],
    ["for a container whose start has a job", withUnit(up(WEB), APP, { state: { ...RUNNING, job: "restart" } })],
    [
      "for an init container that runs",
      withUnit(
        withUnit(withPast(up(WITH_INITS), "second", { ...STARTED, done: false, exits: [] }), APP, { state: DEAD }),
        unitName("second"),
        { invocation: invocation(2), state: { ...RUNNING, active: "activating", sub: "start" } },
      ),
    ],
  ];

  test.for(cases)("%s", ([, world]) => {
    expect(plan(world)).toEqual([]);
  });
});

describe("a container that ended", () => {
  const ended = (restartPolicy: RestartPolicy, change: Parameters<typeof exit>[1], finished = false) =>
    withUnit(withPast(up(pod({ restartPolicy })), "app", { exits: [exit(1, change)], finished }), APP, {
      state: undefined,
      invocation: undefined,
    });
  const again = "start app [Warning Drift: Container app was stopped on the host; starting it again]";

  const cases: [string, World, string[]][] = [
    ["Always, with 0", ended("Always", SUCCESS), [again]],
    ["Always, with 1", ended("Always", {}), [again]],
    ["Always, by a signal", ended("Always", { code: "killed", status: "TERM" }), [again]],
    ["OnFailure, with 1", ended("OnFailure", {}), [again]],
    ["OnFailure, with 0", ended("OnFailure", SUCCESS, true), []],
    ["OnFailure, with 0, and the marker was lost", ended("OnFailure", SUCCESS), []],
    ["OnFailure, by a signal of 0", ended("OnFailure", { code: "killed", status: "TERM" }), [again]],
    ["Never, with 1", ended("Never", {}, true), []],
    ["Never, with 1, and the marker was lost", ended("Never", {}), []],
    ["Never, with 0", ended("Never", SUCCESS, true), []],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });

  test("many times is started again though its records were forgotten", () => {
    const world = withPast(withUnit(up({ ...WEB, status: { phase: "Running" } }), APP, { state: DEAD }), "app", {
      forgottenExits: 1,
    });
    expect(plan(world)).toEqual(["start app"]);
  });

  test("under Never, seen by status but without any record, is not started again", () => {
    const world = withUnit(up(pod({ restartPolicy: "Never" })), APP, { state: undefined, invocation: invocation(1) });
    expect(plan(world)).toEqual([]);
  });
});
