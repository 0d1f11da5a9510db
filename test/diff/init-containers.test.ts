import { describe, expect, test } from "vitest";
import type { World } from "../../src/model/world.ts";
import { container, pod } from "../translate/base.ts";
import { exit, plan, RUNNING, unitName, up, withoutPast, withPast, withUnit } from "./base.ts";

const APP = unitName("app");
const WITH_INITS = pod({ initContainers: [container({ name: "first" }), container({ name: "second" })] });

describe("init containers", () => {
  const FIRST = unitName("first");
  const world = (
    first: Parameters<typeof withPast>[2],
    second: Parameters<typeof withPast>[2] = { done: false, exits: [] },
  ) =>
    withUnit(
      withPast(withPast(up({ ...WITH_INITS, status: { phase: "Pending" } }), "first", first), "second", second),
      APP,
      { state: undefined, invocation: undefined },
    );

  const cases: [string, World, string[]][] = [
    ["the second starts when the first is done", world({}), ["start second"]],
    ["the containers start when all are done", world({}, {}), ["start app"]],
    ["a failed one starts again", world({ done: false, exits: [exit(9)] }), ["start first"]],
    ["one that ended well before a reboot runs again", world({ done: false }), ["start first"]],
    [
      "none overtakes another that runs",
      withUnit(world({ done: false, exits: [] }), FIRST, { state: { ...RUNNING, active: "activating" } }),
      [],
    ],
  ];

  test.for(cases)("%s", ([, of, expected]) => {
    expect(plan(of)).toEqual(expected);
  });

  const never = (first: Parameters<typeof withPast>[2]) => {
    const of = pod({ ...WITH_INITS.spec, restartPolicy: "Never" });
    const without = withPast(up({ ...of, status: { phase: "Pending" } }), "second", { done: false, exits: [] });
    const world = withUnit(withPast(without, "first", first), APP, { state: undefined, invocation: undefined });
    return withoutPast(world, "app");
  };

  test("a failed one under Never is the end", () => {
    expect(plan(never({ done: false, exits: [exit(9)] }))).toEqual([]);
  });

  test("one that ended well before a reboot runs again under Never too, since nothing else has run yet", () => {
    expect(plan(never({ done: false }))).toEqual(["start first"]);
  });
});
