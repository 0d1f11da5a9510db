import { describe, expect, test } from "vitest";
import type { World } from "../../../src/model/world.ts";
import { NOW, pod } from "../../translate/base.ts";
import {
  BACKING_OFF,
  DEAD,
  exit,
  invocation,
  plan,
  STARTED,
  stepsOf,
  unitName,
  up,
  withPast,
  withPods,
  withUnit,
} from "../base.ts";

const APP = unitName("app");
const gone = { state: undefined, invocation: undefined };
const app = (change: Parameters<typeof withUnit>[2], past: Parameters<typeof withPast>[2] = {}) =>
  withPast(withUnit(up(pod()), APP, change), "app", past);

const LOST = "record-exit app";

describe("a container that status calls running", () => {
  const cases: [string, World, string[]][] = [
    ["runs", app({}), []],
    ["is gone without a record: it is noted down, and started by the next run", app(gone), [LOST]],
    ["runs as another: that the first one ended is noted down", app({ invocation: invocation(2) }), [LOST]],
    [
      "is gone with a record: it is started",
      app(gone, { exits: [exit(1)] }),
      ["start app [Warning Drift: Container app was stopped on the host; starting it again]"],
    ],
    [
      "is gone, and a later one has a record already",
      app(gone, { exits: [exit(2, { startedAt: STARTED + 2000 })] }),
      ["start app [Warning Drift: Container app was stopped on the host; starting it again]"],
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
        kind: "record-exit",
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

describe("a container that status does not call running", () => {
  const pending = (world: World): World => withPods(world, (of) => ({ ...of, status: { phase: "Pending" } }));
  const never = (change: Parameters<typeof withUnit>[2]) =>
    pending(withUnit(up(pod({ restartPolicy: "Never" })), APP, change));

  test("is started again where it may be: its helper notes down what was lost", () => {
    expect(plan(pending(app(gone)))).toEqual(["start app"]);
  });

  test("and was let go before under Never has been lost, and does not run twice", () => {
    expect(plan(never(gone))).toEqual([LOST]);
  });

  test("and seems to be down, but started while the run was looking, has lost nothing", () => {
    const queued = never({ state: { ...DEAD, job: "start" }, invocation: undefined });
    const noted = (at: number) => plan(withPast(queued, "app", { started: { invocation: invocation(1), at } }));
    expect([noted(NOW + 5), noted(NOW - 1000)]).toEqual([[], [LOST]]);
  });

  test("and is let go right now has lost nothing", () => {
    expect(plan(never({}))).toEqual([]);
  });
});
