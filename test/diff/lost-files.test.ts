import { describe, expect, test } from "vitest";
import { diff } from "../../src/diff/diff.ts";
import { bundleConfig } from "../../src/model/paths.ts";
import type { World } from "../../src/model/world.ts";
import { container, pod, runnable, UID } from "../translate/base.ts";
import { DEAD, plan, RUNNING, stepsOf, unitName, up, withPast, withUnit } from "./base.ts";
import { DISK, DISK_PATH, NAMES, withDirectory } from "./word-worlds.ts";

const APP = unitName("app");
const TMP = `/var/lib/unitlet/pods/${UID}/tmp/app`;
const prepared = (world: World, change: object = {}) =>
  withDirectory(world, { storage: new Set([DISK_PATH]), temporary: new Set(["app"]), ...change });

describe("directories that running containers have were made again", () => {
  test("each of them gets those of the pod, after the pod's other steps", () => {
    const [step] = stepsOf(prepared(up(DISK), { remount: ["disk"] }));
    expect(step).toMatchObject({
      kind: "remount",
      containers: [
        {
          unit: APP,
          words: [
            "rw,private",
            `${TMP}/tmp`,
            "/tmp",
            "rw,private",
            `${TMP}/var-tmp`,
            "/var/tmp",
            "rw,private",
            DISK_PATH,
            "/run/x",
          ],
        },
      ],
    });
  });

  test("so it is when only those for temporary files are missing", () => {
    expect(plan(prepared(up(DISK), { temporary: new Set() }))).toEqual(["remount"]);
  });

  test("a container that runs without the volume, which was made late, is left alone", () => {
    const [step] = stepsOf(prepared(up(DISK), { remount: ["late"] }));
    expect(step).toMatchObject({ kind: "remount", containers: [] });
  });

  test("a container that does not run gets them when it starts", () => {
    const idle = withUnit(prepared(up(DISK), { remount: ["disk"] }), APP, { state: DEAD, invocation: undefined });
    const [step] = stepsOf(idle).filter(({ kind }) => kind === "remount");
    expect(step).toMatchObject({ containers: [] });
  });

  test("no path that a program on the way could expand is passed", () => {
    const mounts = [{ name: "disk", mountPath: "/run/$HOME" }];
    const of = pod({ volumes: [{ name: "disk", emptyDir: {} }], containers: [container({ volumeMounts: mounts })] });
    const [step] = stepsOf(prepared(up(of), { remount: ["disk"] }));
    expect(JSON.stringify(step)).not.toContain("$HOME");
  });
});

describe("a running container on an image has lost its root file system", () => {
  const IMAGE = { name: bundleConfig("app"), text: '{"mounts":[]}', uid: 0 };
  const kinds = (world: World, change: object = {}) =>
    diff(world, [{ ...runnable(pod()), files: [IMAGE], ...change }])
      .filter(({ kind }) => kind !== "write-file")
      .map((step) => `${step.kind}${step.event ? `: ${step.event.message}` : ""}`);
  const told = "restart: The root file system of container app was removed on the host; restarting it";

  test("on the host: it restarts, and that is told", () => {
    expect(kinds(prepared(up(pod()), { roots: new Set() }))).toEqual([told]);
    expect(kinds(prepared(up(pod()), { roots: new Set(["app"]) }))).toEqual([]);
  });

  test("while it is created: it may not have it yet", () => {
    const state = { ...RUNNING, active: "activating", sub: "start" } as const;
    expect(kinds(withUnit(prepared(up(pod()), { roots: new Set() }), APP, { state }))).toEqual([]);
  });

  test("with its image: it restarts when the image is there again", () => {
    const lost: World = { ...up(pod()), lostTrees: new Set([APP]) };
    expect(kinds(lost)).toEqual(["write-mark"]);
    const marked = withPast(lost, "app", { lostRoot: true });
    expect(kinds(marked)).toEqual([]);
    expect(kinds({ ...marked, lostTrees: new Set() })).toEqual([told]);
  });
});

describe("what a boot without the API server needs was removed from the disk", () => {
  test("the list of the storage is stored again, and nothing is prepared", () => {
    const [step] = stepsOf(prepared(up(DISK), { hasStorageList: false }));
    expect(step).toMatchObject({ kind: "prepare-volumes", storage: [], all: [{ path: DISK_PATH }] });
  });

  test("a file or volume without its encrypted copy is written again, and no other", () => {
    const all = ["app.env", "app.enter", "names.volume"];
    const world = withDirectory(up(NAMES), { volumes: new Map(runnableVolumes()) });
    const missing = (name: string) => withDirectory(world, { copies: new Set(all.filter((each) => each !== name)) });
    expect(plan(withDirectory(world, { copies: new Set(all) }))).toEqual([]);
    expect(all.map((name) => plan(missing(name)))).toEqual([
      ["write-file app.env"],
      ["write-file app.enter"],
      ["write-volume names"],
    ]);
  });
});

function runnableVolumes(): [string, string][] {
  return stepsOf(up(NAMES)).flatMap((step) =>
    step.kind === "write-volume" ? [[step.volume.name, step.volume.digest]] : [],
  );
}
