import { describe, expect, test } from "vitest";
import type { World } from "../../../src/model/world.ts";
import { container, pod, UID } from "../../translate/base.ts";
import {
  BACKING_OFF,
  DEAD,
  exit,
  incomplete,
  plan,
  RUNNING,
  SUCCESS,
  unitName,
  up,
  withPast,
  withUnit,
} from "../base.ts";

const APP = unitName("app");
const WEB = pod();
const DOWN = { state: DEAD, invocation: undefined };
const START = "start app";

const offline = (change: Parameters<typeof withUnit>[2], past: Parameters<typeof withPast>[2] = {}) =>
  incomplete(withPast(withUnit(up(WEB), APP, change), "app", past));

function withDirectory(world: World, change: object): World {
  const directory = world.directories.get(UID);
  if (directory === undefined) throw new Error("no directory");
  return { ...world, directories: new Map([[UID, { ...directory, ...change }]]) };
}

describe("without a list of pods", () => {
  const cases: [string, World, string[]][] = [
    ["what runs runs on", offline({}), []],
    ["what should run and does not is started", offline(DOWN), [START]],
    ["what systemd has not loaded is started", offline({ state: undefined, invocation: undefined }), [START]],
    ["what failed is started", offline({ ...DOWN, state: { ...DEAD, active: "failed", sub: "failed" } }), [START]],
    ["what backs off is waited for", offline({ state: BACKING_OFF }), []],
    ["what has a job is waited for", offline({ state: { ...DEAD, job: "start" } }), []],
    ["what is finished is not started", offline(DOWN, { exits: [exit(1, SUCCESS)], finished: true }), []],
    ["what does not start with the host is not started", offline({ ...DOWN, linked: false }), []],
    ["what has no file is not invented", offline({ ...DOWN, text: undefined }), []],
    ["what was edited is left as it is", offline({ text: `${up(WEB).units.get(APP)?.text}User=x\n` }), []],
    ["what was given drop-ins keeps them", offline({ dropIns: ["/etc/systemd/system/x.d/a.conf"] }), []],
    ["what was unlinked stays so", offline({ linked: false }), []],
  ];

  test.for(cases)("%s", ([, world, expected]) => {
    expect(plan(world)).toEqual(expected);
  });

  test("init containers are left to the units that want them", () => {
    const inits = up(pod({ initContainers: [container({ name: "first" })] }));
    expect(plan(incomplete(withUnit(withPast(inits, "first", { done: false }), APP, DOWN)))).toEqual([START]);
  });

  test("a pod that the list does have is treated as always", () => {
    const world = withUnit(up(WEB), APP, { ...DOWN, linked: false });
    const items = [{ ...WEB, status: { phase: "Running" } }] as const;
    expect(plan({ ...world, pods: { complete: false, items, because: "a bad manifest" } })).toEqual([
      "link app",
      "start app",
    ]);
  });
});

describe("after a reboot without an API server", () => {
  const two = pod({ containers: [container(), container({ name: "other" })] });
  const down = withUnit(withUnit(up(two), APP, DOWN), unitName("other"), DOWN);

  test("what the pod was given is restored once, before its containers start", () => {
    expect(plan(incomplete(withDirectory(down, { sealed: true, files: new Map() })))).toEqual([
      "unseal",
      START,
      START.replace("app", "other"),
    ]);
  });

  test("each pod is restored", () => {
    const api = pod({}, { name: "api", uid: "other" });
    const bareOf = (world: World, uid: string): World => {
      const directory = world.directories.get(uid);
      if (directory === undefined) throw new Error("no directory");
      return { ...world, directories: new Map([[uid, { ...directory, sealed: true, files: new Map() }]]) };
    };
    const web = bareOf(withUnit(up(WEB), APP, DOWN), UID);
    const other = bareOf(withUnit(up(api), unitName("app", "api"), DOWN), "other");
    const both: World = {
      ...web,
      units: new Map([...web.units, ...other.units]),
      directories: new Map([...web.directories, ...other.directories]),
    };
    expect(plan(incomplete(both))).toEqual(["unseal", "unseal", START, START.replace("app", "api.app")]);
  });

  test("what is still there is not restored", () => {
    expect(plan(incomplete(withDirectory(down, { sealed: true })))).toEqual([START, START.replace("app", "other")]);
  });

  test("what was never sealed cannot be restored", () => {
    expect(plan(incomplete(withDirectory(down, { files: new Map() })))).toEqual([START, START.replace("app", "other")]);
  });

  test("nothing is restored for what runs", () => {
    const running = withUnit(up(WEB), APP, { state: RUNNING });
    expect(plan(incomplete(withDirectory(running, { sealed: true, files: new Map() })))).toEqual([]);
  });
});
