import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/model/api/pod.ts";
import type { World } from "../../src/model/world.ts";
import { pod } from "../translate/base.ts";
import { bare, DEAD, ended, plan, RUNNING, sliceOf, unitName, up, withUnit } from "./base.ts";

const APP = unitName("app");
const WEB = pod();
const SLICE = sliceOf(WEB);
/** Of the same name, after the first one was deleted. */
const SECOND = pod({}, { uid: "5f0c3a2e-0000-4000-8000-000000000002" });

const listed = (world: World, ...items: Pod[]): World => ({ ...world, pods: { complete: true, items } });

const NEW = [
  "write-file app.env",
  "write-file app.enter",
  "write-unit slice",
  "write-unit app",
  "link app",
  "start app",
];

describe("a pod of the same name with another UID", () => {
  test("waits while the first one, which is gone, is stopped", () => {
    expect(plan(listed(up(WEB), SECOND))).toEqual(["mark-stopping", "unlink app", "stop slice"]);
  });

  test("waits while the first one's files are removed", () => {
    expect(plan(listed(ended(up(WEB)), SECOND))).toEqual([
      "kill-left slice",
      "stop slice",
      "remove-unit slice",
      "remove-unit app",
      "remove-pod",
    ]);
  });

  test("starts when nothing of the first one is left", () => {
    expect(plan(bare(SECOND))).toEqual(NEW);
  });

  test("waits for the first one though both are in the list", () => {
    const world = up(WEB);
    expect(plan(listed(world, ...world.pods.items, SECOND))).toEqual([]);
  });

  test("replaces the first one also while the list is not whole: a name belongs to one pod", () => {
    const world: World = { ...up(WEB), pods: { complete: false, items: [SECOND], because: "a bad manifest" } };
    expect(plan(world)).toEqual(["mark-stopping", "unlink app", "stop slice"]);
  });
});

describe("a unit that looks like ours and is not", () => {
  const foreign = { text: "[Service]\nExecStart=/bin/theirs\n", identity: undefined };
  const occupied = (name: string) => {
    const message = `Unit ${name} exists and is not unitlet's (it has no [X-Kubernetes] section): remove or rename it`;
    return [`emit-event [Warning FailedCreate: ${message}]`];
  };

  test("is left alone, and the pod whose name it has waits and says so", () => {
    expect(plan(withUnit(bare(WEB), APP, { ...foreign, state: RUNNING }))).toEqual(occupied(APP));
  });

  test("also when it is a slice", () => {
    expect(plan(withUnit(bare(WEB), SLICE, foreign))).toEqual(occupied(SLICE));
  });

  test("is left alone when no pod has its name", () => {
    expect(plan(withUnit(bare(), APP, { ...foreign, state: RUNNING, linked: true }))).toEqual([]);
  });

  test("is left alone when the list is not whole", () => {
    const world: World = { ...bare(), pods: { complete: false, items: [], because: "503" } };
    expect(plan(withUnit(world, APP, { ...foreign, state: DEAD, linked: true }))).toEqual([]);
  });

  test("is left alone when the pod whose name it has is over", () => {
    const over = { ...WEB, status: { phase: "Succeeded" } } as const;
    expect(plan(withUnit(bare(over), APP, { ...foreign, state: RUNNING }))).toEqual([]);
  });
});
