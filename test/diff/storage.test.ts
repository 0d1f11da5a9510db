import { describe, expect, test } from "vitest";
import type { World } from "../../src/model/world.ts";
import { container, pod, UID } from "../translate/base.ts";
import { bare, plan, stepsOf } from "./base.ts";

const DISK = `/var/lib/unitlet/pods/${UID}/volumes/disk`;
const MORE = `/var/lib/unitlet/pods/${UID}/volumes/more`;

const ON_DISK = pod({
  volumes: [
    { name: "disk", emptyDir: {} },
    { name: "more", emptyDir: {} },
  ],
  containers: [container({ volumeMounts: [{ name: "disk", mountPath: "/run/x", subPath: "a" }] })],
});
function prepared(world: World, ...keys: string[]): World {
  const directory = { uid: UID, histories: new Map(), files: new Map(), volumes: new Map(), storage: new Set(keys) };
  return { ...world, directories: new Map([[UID, directory]]) };
}

const preparing = (world: World) => plan(world).filter((line) => line.startsWith("prepare-volumes"));

describe("what a pod's volumes need", () => {
  test("is prepared before its units are written", () => {
    expect(plan(bare(ON_DISK)).slice(0, 5)).toEqual([
      "write-file app.env",
      "write-file app.enter",
      "write-file app.subpaths",
      `prepare-volumes ${DISK},${MORE}`,
      "write-unit slice",
    ]);
  });

  test("is prepared as far as it is missing, and all of it kept for a boot", () => {
    const [step] = stepsOf(prepared(bare(ON_DISK), DISK)).filter(({ kind }) => kind === "prepare-volumes");
    expect(step).toMatchObject({ storage: [{ path: MORE }], all: [{ path: DISK }, { path: MORE }] });
  });

  test("is left alone once it is there", () => {
    expect(preparing(prepared(bare(ON_DISK), DISK, MORE))).toEqual([]);
  });
});
