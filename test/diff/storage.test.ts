import { describe, expect, test } from "vitest";
import type { World } from "../../src/model/world.ts";
import { mountUnitName } from "../../src/unitfile/names.ts";
import { container, pod, UID } from "../translate/base.ts";
import { bare, plan, RUNNING, stepsOf } from "./base.ts";

const DISK = `/var/lib/unitlet/pods/${UID}/volumes/disk`;
const HELD = `/run/unitlet/pods/${UID}/subpaths/app/0`;

const ON_DISK = pod({
  volumes: [{ name: "disk", emptyDir: {} }],
  containers: [container({ volumeMounts: [{ name: "disk", mountPath: "/run/x", subPath: "a" }] })],
});
const ON_SHARE = pod({
  volumes: [{ name: "share", nfs: { server: "nfs", path: "/x" } }],
  containers: [container({ volumeMounts: [{ name: "share", mountPath: "/run/x", subPath: "a" }] })],
});

function prepared(world: World, ...keys: string[]): World {
  const directory = { uid: UID, histories: new Map(), files: new Map(), volumes: new Map(), storage: new Set(keys) };
  return { ...world, directories: new Map([[UID, directory]]) };
}

const preparing = (world: World) => plan(world).filter((line) => line.startsWith("prepare-volumes"));

describe("what a pod's volumes need", () => {
  test("is prepared before its units are written", () => {
    expect(plan(bare(ON_DISK)).slice(0, 4)).toEqual([
      "write-file app.env",
      "write-file app.enter",
      `prepare-volumes ${DISK},${HELD}`,
      "write-unit slice",
    ]);
  });

  test("is prepared as far as it is missing, and all of it kept for a boot", () => {
    const [step] = stepsOf(prepared(bare(ON_DISK), DISK)).filter(({ kind }) => kind === "prepare-volumes");
    expect(step).toMatchObject({ storage: [{ kind: "sub-path" }], all: [{ kind: "directory" }, { kind: "sub-path" }] });
  });

  test("is left alone once it is there", () => {
    expect(preparing(prepared(bare(ON_DISK), DISK, HELD))).toEqual([]);
  });

  test("waits, within a share, until that is mounted", () => {
    const name = mountUnitName(`/run/unitlet/pods/${UID}/volumes/share`);
    expect(preparing(bare(ON_SHARE))).toEqual([]);
    const mounted = { name, dropIns: [], linked: false, state: { ...RUNNING, sub: "mounted" } };
    expect(preparing({ ...bare(ON_SHARE), units: new Map([[name, mounted]]) })).toEqual([`prepare-volumes ${HELD}`]);
  });
});
