import { describe, expect, test } from "vitest";
import { failedStarts } from "../../../src/diff/containers/failed-starts.ts";
import type { StartFailure } from "../../../src/model/start-failure.ts";
import type { World } from "../../../src/model/world.ts";
import { NOW, pod } from "../../translate/base.ts";
import { DEAD, exit, invocation, plan, STARTED, unitName, up, withPast, withPods, withUnit } from "../base.ts";

const APP = unitName("app");
const FAILURE: StartFailure = { unit: APP, result: "exit-code", invocation: invocation(7), status: "226" };
const notStarted = { started: undefined } as never;
const dead = withPast(withUnit(up(pod()), APP, { state: DEAD, invocation: undefined }), "app", notStarted);
const idle = withPods(dead, (each) => ({ ...each, status: { phase: "Pending" } }));
const HASH = idle.units.get(APP)?.identity?.specHash ?? "";

const stepsOf = (world: World, failure: Partial<StartFailure> = {}) =>
  failedStarts([{ ...FAILURE, ...failure }], world);

const ended = (n: number) => exit(n, { specHash: HASH, startedAt: STARTED, finishedAt: NOW - 1000 });

describe("a start that left no record", () => {
  test("is recorded as an exit without a program, and the unit is stopped", () => {
    expect(stepsOf(idle)).toMatchObject([
      {
        kind: "record-exit",
        container: "app",
        record: { invocation: invocation(7), result: "exit-code", code: "", status: "226", executed: false },
        because: "its start failed with the result exit-code, status 226",
      },
      { kind: "stop", unit: APP },
    ]);
  });

  test("is retried at once the first time, and then after the back-off", () => {
    const retries = [[], [ended(1)], [ended(1), ended(2)]].map((exits) => stepsOf(withPast(idle, "app", { exits }))[0]);
    expect(retries.map((step) => step && "retryAt" in step && step.retryAt)).toEqual([NOW, NOW + 10_000, NOW + 20_000]);
  });

  test.each([
    ["whose helper has recorded it", { exits: [exit(7)] }],
    ["whose helper will record it", { started: { at: STARTED, invocation: invocation(7) } }],
    ["whose helper waits", { waiting: { reason: "CreateContainerConfigError", message: "x" } }],
  ])("and %s is left alone", (_, past) => {
    expect(stepsOf(withPast(idle, "app", past))).toEqual([]);
  });

  test("of another unit is left alone", () => {
    expect(stepsOf(idle, { unit: unitName("other") })).toEqual([]);
  });
});

describe("during the back-off", () => {
  const waiting = (specHash: string, backOffUntil: number) => {
    const exits = [exit(7, { specHash, finishedAt: NOW - 1000 })];
    return plan(withPast(idle, "app", { exits, backOffUntil, held: true }));
  };

  test("the container is not started", () => {
    expect(waiting(HASH, NOW + 10_000)).toEqual([]);
  });

  test.each([
    ["when it is over", HASH, NOW],
    ["with another spec", "other", NOW + 10_000],
    ["when the clock was set back", HASH, NOW + 400_000],
  ])("it is started %s", (_, hash, until) => {
    expect(waiting(hash, until)).toEqual(["release app", "start app"]);
  });
});
