import { describe, expect, test } from "vitest";
import type { HostFileType } from "../../../src/model/storage.ts";
import { translateVolumes } from "../../../src/translate/volumes/volumes.ts";
import { pod, UID } from "../base.ts";
import { ALLOCATABLE } from "./volume-base.ts";

const MOUNT = `/run/unitlet/pods/${UID}/subpaths/.volumes/v`;
const FILES: readonly (readonly [string, HostFileType])[] = [
  ["/srv/data", "directory"],
  ["/srv/data/a/b", "directory"],
  ["/var/log/apt", "directory"],
];

function volumes(path: string, type = "", failures: ReadonlyMap<string, string> = new Map()) {
  const hostPaths = [
    { prefix: "/srv/data", readOnly: false },
    { prefix: "/var/log", readOnly: true },
  ];
  const of = pod({ volumes: [{ name: "v", hostPath: { path, type } }] });
  const known = { pod: of, references: new Map(), allocatable: ALLOCATABLE, hostFiles: new Map(FILES) };
  return translateVolumes({ ...known, hostPaths, failures }, new Map());
}

describe("a hostPath below an allowed path", () => {
  test("is a mount of the run, found by descriptors", () => {
    expect(volumes("/srv/data/a//b").sources.get("v")).toMatchObject({
      path: MOUNT,
      readOnly: false,
      // PID 1 would hang with a share that is mounted there, so it does not look.
      conditions: [],
      paths: [["mount", MOUNT]],
      storage: [{ kind: "sub-path", path: MOUNT, root: "/srv/data", subPath: "a/b", writable: false }],
    });
  });

  test.each([
    ["DirectoryOrCreate", { writable: true }],
    ["", { writable: true }],
    ["FileOrCreate", { writable: false, makesFile: true }],
  ])("is created when missing, with type %j", (type, expected) => {
    expect(volumes("/srv/data/new", type).sources.get("v")?.storage).toEqual([
      { kind: "sub-path", path: MOUNT, root: "/srv/data", subPath: "new", ...expected },
    ]);
  });

  test("is read-only where the setting says so", () => {
    expect(volumes("/var/log/apt").sources.get("v")?.readOnly).toBe(true);
  });

  test("is missing while it leads out, and the next run tries again", () => {
    const { sources, missing } = volumes("/srv/data/a/b", "", new Map([[MOUNT, "a/b leads out of the volume"]]));
    expect(missing.get("v")).toBe("hostPath cannot be mounted: a/b leads out of the volume");
    expect(sources.get("v")?.storage).toHaveLength(1);
  });
});

test("an allowed path itself is mounted by its name", () => {
  expect(volumes("/srv/data").sources.get("v")).toMatchObject({ path: "/srv/data", storage: [] });
});
