import { describe, expect, test } from "vitest";
import type { ActualUnit } from "../../../src/model/unit.ts";
import type { World } from "../../../src/model/world.ts";
import { container, HOST, pod } from "../../translate/base.ts";
import {
  DEAD,
  exit,
  plan,
  RUNNING,
  sliceOf,
  stepsOf,
  unitName,
  up,
  withoutUnit,
  withPast,
  withPods,
  withUnit,
} from "../base.ts";

const APP = unitName("app");
const WEB = pod();
const SLICE = sliceOf(WEB);

const textOf = (world: World, name: typeof APP) => world.units.get(name)?.text ?? "";
const app = (change: { [K in keyof ActualUnit]?: ActualUnit[K] | undefined }) => withUnit(up(WEB), APP, change);
const event = (what: string, name: string = APP) => `[Warning Drift: Unit ${name} ${what}]`;

describe("somebody edited a unit", () => {
  const put = "was edited on the host; put back";
  const edited = `${textOf(up(WEB), APP)}MemoryMax=1M\n`;

  test("that runs: it is put back and restarted", () => {
    expect(plan(app({ text: edited }))).toEqual([`write-unit app ${event(put)}`, "reload", "restart app"]);
  });

  test("that does not run and may not: it is put back", () => {
    const never = pod({ restartPolicy: "Never" });
    const world = withUnit(up(never), APP, {
      text: `${textOf(up(never), APP)}User=x\n`,
      state: DEAD,
      invocation: undefined,
    });
    expect(plan(world).filter((line) => !line.startsWith("record-exit"))).toEqual([
      `write-unit app ${event(put)}`,
      "reload",
    ]);
  });

  test("that is not loaded: nothing needs to be reloaded", () => {
    const never = pod({ restartPolicy: "Never" });
    const world = withUnit(up(never), APP, { text: `${textOf(up(never), APP)}User=x\n`, state: undefined });
    expect(plan(world)).toEqual([`write-unit app ${event(put)}`]);
  });

  test("of an init container: the Event is about that", () => {
    const of = pod({ initContainers: [container({ name: "first" })] });
    const first = unitName("first");
    const world = withUnit(up(of), first, { text: `${textOf(up(of), first)}User=x\n` });
    expect(stepsOf(world).map((step) => step.event?.fieldPath)).toEqual(["spec.initContainers{first}"]);
  });

  test("of a container: the Event is about that, and another one the next time", () => {
    const { event: told } = stepsOf(app({ text: edited }))[0] ?? {};
    expect([told?.fieldPath, told?.occurrence]).toEqual(["spec.containers{app}", String(up(WEB).now)]);
  });

  test("the slice of a pod: it is put back, and nothing is restarted", () => {
    const world = withUnit(up(WEB), SLICE, { text: textOf(up(WEB), SLICE).replace("CPUWeight=1", "CPUWeight=9") });
    expect(plan(world)).toEqual([`write-unit slice ${event(put, SLICE)}`, "reload"]);
  });
});

describe("somebody gave a unit drop-ins", () => {
  const dropIns = [`/etc/systemd/system/${APP}.d/override.conf`];
  const removed = `was overridden on the host (${dropIns[0]}); removed these files`;
  const expected = [`write-unit app ${event(removed)}`, "reload", "restart app"];

  test("they are removed, and it is restarted", () => {
    expect(plan(app({ dropIns }))).toEqual(expected);
    expect(stepsOf(app({ dropIns }))[0]).toMatchObject({ kind: "write-unit", dropIns });
  });

  test("and unitlet was upgraded: they are what is told", () => {
    expect(plan({ ...app({ dropIns }), host: { ...HOST, memoryTotal: 4_000_000_000 } })).toEqual(expected);
  });
});

const deleted = "was deleted or masked on the host; written again";

describe("a unit's file is not there", () => {
  test("though it runs: it is written again, and goes on running", () => {
    expect(plan(app({ text: undefined, identity: undefined, linked: false }))).toEqual([
      `write-unit app ${event(deleted)}`,
      "link app",
      "reload",
    ]);
  });

  test("and systemd knows nothing of it, but status says that it ran: it is written and started again", () => {
    const world = withPast(withoutUnit(up(WEB), APP), "app", { exits: [exit(1)] });
    expect(plan(world)).toEqual([`write-unit app ${event(deleted)}`, "link app", "start app"]);
  });

  test("of a slice that is there: it is written again", () => {
    expect(plan(withUnit(up(WEB), SLICE, { text: undefined, identity: undefined }))).toEqual([
      `write-unit slice ${event(deleted, SLICE)}`,
      "reload",
    ]);
  });

  test("because its container could not start before: it is new, whatever the others did", () => {
    const two = pod({ containers: [container(), container({ name: "other" })] });
    const world = withPods(withoutUnit(up(two), unitName("other")), (of) => ({
      ...of,
      status: { ...of.status, containerStatuses: of.status?.containerStatuses?.slice(0, 1) ?? [] },
    }));
    expect(plan(world)).toEqual(["write-unit other", "link other", "start other"]);
  });

  test("and systemd says that it is masked: it is written, loaded and started again", () => {
    const masked = { load: "masked", active: "inactive", sub: "dead", job: "" } as const;
    const world = withPods(
      app({ text: undefined, identity: undefined, state: masked, invocation: undefined }),
      (of) => ({ ...of, status: { phase: "Running" } }),
    );
    expect(plan(world)).toEqual([`write-unit app ${event(deleted)}`, "reload", "start app"]);
  });
});

describe("systemd has not loaded the file that a unit has now", () => {
  const told = (load: string) => event(`was not loaded from its file (${load}); loaded again`);
  const loaded = (load: string, state: object = RUNNING) => app({ state: { ...RUNNING, ...state, load } });

  test.for(["not-found", "masked", "error", "bad-setting"])("%s, though it runs: it goes on running", (load) => {
    expect(plan(loaded(load))).toEqual([`write-unit app ${told(load)}`, "reload"]);
  });

  test("and its file is missing since: a reload makes it known again", () => {
    const world = app({ text: undefined, identity: undefined, state: { ...RUNNING, load: "not-found" } });
    expect(plan(world)).toEqual([`write-unit app ${event(deleted)}`, "reload"]);
  });

  test("since it has failed: it is loaded and started again", () => {
    const world = withPast(loaded("error", { active: "failed", sub: "failed" }), "app", { exits: [exit(1)] });
    expect(plan(withUnit(world, APP, { invocation: undefined }))).toEqual([
      `write-unit app ${told("error")}`,
      "reload",
      expect.stringMatching("^start app"),
    ]);
  });

  test("and a reload has not helped: that is told once, and no run starts it", () => {
    const failed = loaded("bad-setting", { active: "failed", sub: "failed" });
    const world = withPast(withUnit(failed, APP, { invocation: undefined }), "app", { exits: [exit(1)] });
    const message = `Unit ${APP} cannot be loaded (bad-setting): on the node, systemctl status '${APP}' says why`;
    expect(plan({ ...world, unloadable: new Set([APP]) })).toEqual([`emit-event [Warning Drift: ${message}]`]);
  });

  test("of a pod that goes: it is not in the slice for systemd, so it is stopped by name as well", () => {
    const world = withPods(loaded("not-found"), (of) => ({
      ...of,
      metadata: { ...of.metadata, deletionTimestamp: "x" },
    }));
    expect(plan(world)).toContain("stop app");
  });
});

describe("a run was killed after it had written units", () => {
  const killed = (...names: (typeof APP)[]): World => ({ ...up(WEB), unfinished: new Set(names) });

  test("the next run reloads", () => {
    expect(plan(killed())).toEqual(["reload"]);
  });

  test("and restarts what was to be restarted", () => {
    expect(plan(killed(APP))).toEqual(["reload", "restart app"]);
  });
});

describe("a unit's link into multi-user.target", () => {
  test("that is missing is made again", () => {
    expect(plan(app({ linked: false }))).toEqual(["link app"]);
  });

  test("that should not be there is taken away", () => {
    const never = pod({ restartPolicy: "Never" });
    expect(plan(withUnit(up(never), APP, { linked: true }))).toEqual(["unlink app"]);
  });
});

describe("what translate/ would write today", () => {
  test("differs, because the host changed: rewritten, reloaded, not restarted", () => {
    const burstable = pod({ containers: [container({ resources: { requests: { memory: "1Gi" } } })] });
    const world = { ...up(burstable), host: { ...HOST, memoryTotal: 4_000_000_000 } };
    expect(plan(world)).toEqual(["write-unit app", "reload"]);
  });
});
