import { describe, expect, test } from "vitest";
import type { World } from "../../src/model/world.ts";
import { NOW, pod } from "../translate/base.ts";
import { BACKING_OFF, exit, invocation, plan, STARTED, stepsOf, unitName, up, withPast, withUnit } from "./base.ts";

const APP = unitName("app");
const gone = { state: undefined, invocation: undefined };
const app = (change: Parameters<typeof withUnit>[2], past: Parameters<typeof withPast>[2] = {}) =>
  withPast(withUnit(up(pod()), APP, change), "app", past);

const LOST = "record app: container app ended and left no record";

describe("a container that status calls running", () => {
  const cases: [string, World, string[]][] = [
    ["runs", app({}), []],
    ["is gone without a record: it is noted down, and started by the next run", app(gone), [LOST]],
    ["runs as another: that the first one ended is noted down", app({ invocation: invocation(2) }), [LOST]],
    [
      "is gone with a record: it is started",
      app(gone, { exits: [exit(1)] }),
      [
        "start app: it was stopped on the host [Warning Drift: Container app was stopped on the host; starting it again]",
      ],
    ],
    [
      "is gone, and a later one has a record already",
      app(gone, { exits: [exit(2, { startedAt: STARTED + 2000 })] }),
      [
        "start app: it was stopped on the host [Warning Drift: Container app was stopped on the host; starting it again]",
      ],
    ],
    [
      "is gone, and one has a record that began as late as a clock of whole seconds may say of the first",
      app(gone, { exits: [exit(2, { startedAt: STARTED + 1000 })] }),
      [LOST],
    ],
    [
      "is gone, and an earlier one has a record",
      app(gone, { exits: [exit(0, { startedAt: STARTED - 2000 })] }),
      [LOST],
    ],
    [
      "is about to be started again by its helper, which notes it down",
      app({ state: BACKING_OFF, invocation: invocation(2) }),
      [],
    ],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });

  test("and was lost is recorded as one exit of unknown status", () => {
    const hash = up(pod()).units.get(APP)?.identity?.specHash;
    expect(stepsOf(app(gone))).toMatchObject([
      {
        kind: "record",
        container: "app",
        record: {
          invocation: invocation(1),
          result: "lost",
          code: "lost",
          status: "",
          startedAt: STARTED,
          finishedAt: NOW,
          oomKilled: false,
          executed: true,
          specHash: hash,
        },
      },
    ]);
  });
});

test("a container that status does not call running has lost nothing", () => {
  const world = app(gone);
  const items = world.pods.items.map((of) => ({ ...of, status: { phase: "Pending" as const } }));
  expect(plan({ ...world, pods: { complete: true, items } })).toEqual(["start app: the pod is to run"]);
});
