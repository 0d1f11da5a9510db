import { describe, expect, test } from "vitest";
import type { VolumeMount } from "../../../src/model/api/volume.ts";
import type { MountSource } from "../../../src/translate/volumes/mount-source.ts";
import { containerMounts } from "../../../src/translate/volumes/mounts.ts";
import { container, pod, UID } from "../base.ts";

const PLACE: MountSource = {
  ok: true,
  path: "/data/v",
  readOnly: false,
  conditions: [],
  storage: [],
  auxiliaryUnits: [],
};
const HELD = `/run/unitlet/pods/${UID}/subpaths/app/0`;
const VARIABLES = new Map([
  ["POD_NAME", "web"],
  ["EMPTY", ""],
  ["UP", "../x"],
]);

function mountsOf(
  mount: Partial<VolumeMount>,
  place: Partial<MountSource> = {},
  variables: typeof VARIABLES | undefined = VARIABLES,
) {
  const of = container({ volumeMounts: [{ name: "v", mountPath: "/x", ...mount }] });
  return containerMounts({ pod: pod(), container: of }, new Map([["v", { ...PLACE, ...place }]]), variables);
}

describe("a mount", () => {
  const BASE = {
    type: "bind",
    source: "/data/v",
    target: "/x",
    readOnly: false,
    recursiveReadOnly: false,
    propagation: "private",
  };
  const cases: [string, Partial<VolumeMount>, Partial<MountSource>, object][] = [
    ["of a volume", {}, {}, BASE],
    ["that is to be read only", { readOnly: true }, {}, { ...BASE, readOnly: true }],
    ["of a volume that is to be read only", {}, { readOnly: true }, { ...BASE, readOnly: true }],
    [
      "with all below it read only",
      { readOnly: true, recursiveReadOnly: "Enabled" },
      {},
      { ...BASE, readOnly: true, recursiveReadOnly: true },
    ],
    [
      "that sees what the host mounts later",
      { mountPropagation: "HostToContainer" },
      {},
      { ...BASE, propagation: "slave" },
    ],
    ["of a path within", { subPath: "a/b" }, {}, { ...BASE, source: HELD }],
  ];

  test.for(cases)("%s", ([, mount, place, expected]) => {
    expect(mountsOf(mount, place)).toMatchObject({ ok: true, mounts: [expected] });
  });

  test("of a volume that is not there", () => {
    expect(mountsOf({ name: "w" })).toMatchObject({
      ok: false,
      because: 'cannot find volume "w" to mount into container "app"',
    });
  });
});

describe("a path within a volume", () => {
  /** The fields of the file for container-subpaths. */
  const file = (...fields: string[]) => ({
    any: true,
    file: { name: "app.subpaths", text: fields.map((field) => `${field}\0`).join(""), uid: 0 },
  });

  test.for([
    ["as it is", { subPath: "a/$(POD_NAME)" }, "a/$(POD_NAME)"],
    ["with variables, which no message has", { subPathExpr: "a/$(POD_NAME)" }, "a/web"],
  ] as const)("%s is mounted at the start", ([, mount, subPath]) => {
    expect(mountsOf(mount)).toMatchObject({
      subPaths: file("0", "v", "/data/v", subPath, "1", "a/$(POD_NAME)"),
      conditions: [],
    });
  });

  test("is not made where nothing can be written", () => {
    expect(mountsOf({ subPath: "a" }, { readOnly: true })).toMatchObject({
      subPaths: file("0", "v", "/data/v", "a", "0", "a"),
    });
  });

  test("is made in a volume that runs write, as the kubelet does", () => {
    expect(mountsOf({ subPath: "a" }, { readOnly: true, makesSubPaths: true })).toMatchObject({
      subPaths: file("0", "v", "/data/v", "a", "1", "a"),
    });
  });

  test("stays what it is while its variables cannot be had", () => {
    const of = container({ volumeMounts: [{ name: "v", mountPath: "/x", subPathExpr: "$(POD_NAME)" }] });
    expect(containerMounts({ pod: pod(), container: of }, new Map([["v", PLACE]]), undefined)).toMatchObject({
      mounts: [{ source: HELD }],
      subPaths: { any: true },
    });
  });

  test("is none of a mount of the whole volume", () => {
    expect(mountsOf({})).toMatchObject({ subPaths: { any: false } });
  });

  test.for([
    [{ subPath: "/etc" }, "error SubPath `/etc` must not be an absolute path"],
    [{ subPath: "a/../../b" }, "unable to provision SubPath `a/../../b`: must not contain '..'"],
    [{ subPathExpr: "$(UP)" }, "unable to provision SubPath `../x`: must not contain '..'"],
    [{ subPathExpr: "$(EMPTY)/$(NONE)" }, "missing value for EMPTY, NONE"],
    [{ subPath: "a\0" }, "unable to provision SubPath: it contains a NUL character"],
  ] as const)("%j is refused", ([mount, because]) => {
    expect(mountsOf(mount)).toMatchObject({ ok: false, because });
  });
});
