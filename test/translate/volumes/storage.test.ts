import { describe, expect, test } from "vitest";
import type { Volume } from "../../../src/model/api/volume.ts";
import { container } from "../base.ts";
import { DISK, MEMORY, placed } from "./storage-base.ts";
import { ALLOCATABLE } from "./volume-base.ts";

describe("an emptyDir", () => {
  const limited = (memory: string) => container({ resources: { limits: { memory } } });
  const cases: [string, Omit<Volume, "name">, object, object][] = [
    ["is a directory on the disk", { emptyDir: {} }, {}, { kind: "directory", path: DISK }],
    ["is what a volume is that says nothing", {}, {}, { kind: "directory", path: DISK }],
    [
      "belongs to the pod's group",
      { emptyDir: {} },
      { securityContext: { fsGroup: 7 } },
      { kind: "directory", path: DISK, gid: 7 },
    ],
    [
      "in memory is as large as it may be",
      { emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      {},
      { kind: "memory", path: MEMORY, size: 1048576 },
    ],
    [
      "in memory has no more than the pod",
      { emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
      { containers: [limited("2Mi")] },
      { kind: "memory", path: MEMORY, size: 2097152 },
    ],
    [
      "in memory has no more than the pod's own limit",
      { emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
      { containers: [container()], resources: { limits: { memory: "3Mi" } } },
      { kind: "memory", path: MEMORY, size: 3145728 },
    ],
    [
      "in memory may have what an init container may",
      { emptyDir: { medium: "Memory" } },
      { containers: [limited("2Mi")], initContainers: [{ ...limited("5Mi"), name: "first" }] },
      { kind: "memory", path: MEMORY, size: 5242880 },
    ],
    [
      "in memory has no more than the node",
      { emptyDir: { medium: "Memory" } },
      {},
      { kind: "memory", path: MEMORY, size: ALLOCATABLE.memory },
    ],
  ];

  test.for(cases)("%s", ([, volume, spec, storage]) => {
    expect(placed(volume, spec)).toMatchObject({ readOnly: false, storage: [storage] });
  });
});

describe("a hostPath", () => {
  const at = (path: string, type?: string) => placed({ hostPath: { path, ...(type === undefined ? {} : { type }) } });

  test.for([
    ["/srv/dir", undefined],
    ["/srv/file", ""],
    ["/srv/dir", "Directory"],
    ["/srv/dir", "DirectoryOrCreate"],
    ["/srv/file", "File"],
    ["/srv/file", "FileOrCreate"],
    ["/srv/socket", "Socket"],
    ["/dev/null", "CharDevice"],
    ["/dev/sda", "BlockDevice"],
  ] as const)("%s of type %s is taken as it is", ([path, type]) => {
    expect(at(path, type)).toMatchObject({
      ...{ path, storage: [], conditions: [] },
      // PID 1 would hang with a file system that does not answer, so it looks at no path of a hostPath.
      paths: [["-e", path]],
    });
  });

  test.for([
    ["/gone", undefined, "directory"],
    ["/gone/", "DirectoryOrCreate", "directory"],
    ["/gone", "FileOrCreate", "file"],
  ] as const)("%s of type %s is made", ([path, type, make]) => {
    expect(at(path, type)).toMatchObject({ path: "/gone", storage: [{ kind: "host", path: "/gone", make }] });
  });

  test.for([
    ["/gone", "Directory", "/gone is not a directory"],
    ["/srv/file", "Directory", "/srv/file is not a directory"],
    ["/srv/file", "DirectoryOrCreate", "/srv/file is not a directory"],
    ["/srv/dir", "File", "/srv/dir is not a file"],
    ["/srv/dir", "FileOrCreate", "/srv/dir is not a file"],
    ["/gone", "Socket", "/gone is not a socket file"],
    ["/srv/file", "CharDevice", "/srv/file is not a character device"],
    ["/dev/null", "BlockDevice", "/dev/null is not a block device"],
  ] as const)("%s of type %s is not taken", ([path, type, because]) => {
    expect(at(path, type)).toBe(`hostPath type check failed: ${because}`);
  });

  test.each([undefined, "", "Directory", "DirectoryOrCreate", "FileOrCreate"])(
    "that does not answer is not taken: type %s",
    (type) => {
      expect(at("/srv/share", type)).toBe(
        "/srv/share does not answer: its file system on the host waits for a server or a program",
      );
    },
  );

  test.for([
    ["/srv/dir", "Other", "Other is an invalid volume type"],
    ["/a\nb", undefined, "its path contains a control character"],
    ["/a\0b", undefined, "its path contains a NUL character"],
  ] as const)("%j of type %s cannot be had", ([path, type, because]) => {
    expect(at(path, type)).toBe(because);
  });
});
