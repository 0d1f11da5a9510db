import { describe, expect, test } from "vitest";
import { toTimestamp } from "../../src/model/api/time.ts";
import type { ActualUnit } from "../../src/model/unit.ts";
import type { World } from "../../src/model/world.ts";
import { auxiliaryUnitName } from "../../src/unitfile/names.ts";
import { HOST, NOW, pod, UID } from "../translate/base.ts";
import {
  bare,
  DEAD,
  ended,
  exit,
  incomplete,
  invocation,
  plan,
  RUNNING,
  sliceOf,
  unitName,
  up,
  withPast,
  withPods,
  withUnit,
} from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const KILLING = "[Normal Killing: Stopping container app]";

const app = (change: { [K in keyof ActualUnit]?: ActualUnit[K] | undefined }) => withUnit(up(WEB), APP, change);
const vanished = (world: World): World => ({ ...world, pods: { complete: true, items: [] } });
const deleted = (world: World): World =>
  withPods(world, (of) => ({ ...of, metadata: { ...of.metadata, deletionTimestamp: toTimestamp(NOW) } }));

describe("a container whose unit's file is not ours any more, but whose process is", () => {
  const lost = app({ text: undefined, identity: undefined });
  const foreign = app({ text: "[Service]\nExecStart=/bin/theirs\n", identity: undefined });

  test.for([
    ["its file was deleted", lost],
    ["its file was replaced", foreign],
  ] as const)("is stopped with its pod: %s", ([, world]) => {
    expect(plan(deleted(world))).toEqual(["mark-stopping", "unlink app", `stop slice ${KILLING}`]);
    expect(plan(vanished(world))).toEqual(["mark-stopping", "unlink app", "stop slice"]);
  });

  test.for([
    ["its slice", sliceOf(WEB)],
    ["its sandbox", auxiliaryUnitName("sandbox", WEB.metadata, "pod")],
    ["its socket", auxiliaryUnitName("socket", WEB.metadata, "app", "socket")],
  ] as const)("takes what belongs to the pod by its name: %s", ([, name]) => {
    const { text: _, identity: __, ...rest } = { ...up(WEB).units.get(APP), name, state: RUNNING } as ActualUnit;
    const over = ended(deleted(withPods(up(WEB), (of) => ({ ...of, status: { phase: "Failed" } }))));
    expect(plan({ ...over, units: new Map([[name, rest]]) }).join()).toContain("stop");
  });

  test("keeps the next pod of its name waiting", () => {
    const second = pod({}, { uid: "5f0c3a2e-0000-4000-8000-000000000002" });
    const world: World = { ...lost, pods: { complete: true, items: [second] } };
    expect(plan(world)).toEqual(["mark-stopping", "unlink app", "stop slice"]);
  });

  test("leaves somebody else's file alone when it has ended", () => {
    const world = withUnit(ended(foreign), APP, { linked: true });
    expect(plan(vanished(world))).toEqual(["kill-left slice", "stop slice", "remove-unit slice", "remove-pod"]);
  });

  test.for([
    ["another one", invocation(7)],
    ["none", undefined],
  ] as const)("is told by the invocation: %s is nobody's", ([, of]) => {
    const world = withPast(withUnit(lost, APP, { invocation: of }), "other", {});
    expect(plan(vanished(world))).toEqual(["kill-left slice", "stop slice", "remove-unit slice", "remove-pod"]);
  });

  test("is told by what runs: a unit that is idle is nobody's", () => {
    expect(plan(vanished(withUnit(foreign, APP, { state: DEAD })))).not.toContain("remove-unit app");
  });
});

describe("a unit that was masked, and whose file is back", () => {
  const masked = { state: { ...DEAD, load: "masked" }, invocation: undefined };
  const world = withPods(app(masked), (of) => ({ ...of, status: { phase: "Running" } }));
  const reload = "reload";

  test("is read again by systemd before it is started", () => {
    const told = `[Warning Drift: Unit ${APP} was not loaded from its file (masked); loaded again]`;
    expect(plan(world)).toEqual([`write-unit app ${told}`, reload, "start app"]);
  });

  test("also without a list of pods", () => {
    expect(plan(incomplete(world))).toEqual([reload, "start app"]);
  });

  test("is not read again while its file is still away", () => {
    expect(plan(incomplete(withUnit(world, APP, { text: undefined })))).toEqual([]);
  });
});

describe("a container that is down", () => {
  const down = (finishedAt: number) =>
    withPast(app({ state: undefined, invocation: undefined }), "app", { exits: [exit(1, { finishedAt })] });
  const event = "[Warning Drift: Container app was stopped on the host; starting it again]";

  test("since after the host's boot was stopped by somebody, who is told", () => {
    expect(plan(down(HOST.bootedAt + 1))).toEqual([`start app ${event}`]);
  });

  test("since the host's boot is started again", () => {
    expect(plan(down(HOST.bootedAt))).toEqual(["start app"]);
  });
});

describe("what somebody is stopping already is not stopped twice", () => {
  test.for([
    ["by a job", { ...RUNNING, job: "stop" }],
    ["by a process that ends", { ...RUNNING, active: "deactivating", sub: "stop-sigterm" }],
  ] as const)("%s", ([, state]) => {
    expect(plan(vanished(app({ state, linked: false })))).toEqual([]);
  });

  test("but what reloads is", () => {
    const state = { ...RUNNING, active: "reloading", sub: "reload" } as const;
    expect(plan(vanished(app({ state, linked: false })))).toEqual(["mark-stopping", "stop slice"]);
  });
});

describe("a unit that is linked and idle", () => {
  const world = withUnit(ended(up(WEB)), APP, { linked: true });

  test("of a pod that is gone is unlinked before anything is removed", () => {
    expect(plan(vanished(world))).toEqual(["unlink app"]);
  });

  test("of a pod that is deleted is unlinked before anything is removed", () => {
    const over = withPods(deleted(world), (of) => ({ ...of, status: { phase: "Succeeded" } }));
    expect(plan(over)).toEqual(["unlink app"]);
  });
});

describe("what systemd has only heard of", () => {
  test("is not loaded again when it is written", () => {
    const state = { ...DEAD, load: "not-found" };
    expect(plan(withUnit(bare(WEB), APP, { state }))).toEqual([
      "write-file app.env",
      "write-file app.enter",
      "write-unit slice",
      "write-unit app",
      "link app",
      "start app",
    ]);
    expect(sliceOf(WEB)).toContain(UID.replaceAll("-", "_"));
  });
});
