import { describe, expect, test } from "vitest";
import { canMount, onEmptyHost } from "../empty-host.ts";

type Subject = typeof import("../../../src/io/volumes/storage.ts");
type Mounts = typeof import("../../../src/io/volumes/mounts.ts");
type Fs = typeof import("node:fs");

describe.skipIf(!canMount)("storage of volumes", () => {
  test("is a directory on disk or a tmpfs, with the group's bit, whatever the umask is", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { prepareStorage } = await load<Subject>("src/io/volumes/storage.ts");
      const { readFileSync, statSync } = await load<Fs>("node:fs");
      const [disk, run] = ["/var/lib/unitlet/pods/u-1/volumes", "/run/unitlet/pods/u-1/memory"];
      prepareStorage("u-1", [
        { kind: "directory", path: `${disk}/open` },
        { kind: "directory", path: `${disk}/group`, gid: 4000 },
        { kind: "memory", path: `${run}/open`, size: 1 << 20 },
        { kind: "memory", path: `${run}/group`, size: 1 << 20, gid: 4000 },
      ]);
      const of = (path: string) => `${statSync(path).mode.toString(8)} ${statSync(path).gid}`;
      const mounts = readFileSync("/proc/self/mountinfo", "utf8")
        .split("\n")
        .filter((line) => line.includes(run));
      return {
        modes: [`${disk}/open`, `${disk}/group`, `${run}/open`, `${run}/group`].map(of),
        options: mounts.map((line) => `${line.split(" ")[5]} ${/size=\w+/.exec(line)?.[0]}`),
      };
    });
    expect(seen).toEqual({
      modes: ["40777 0", "42777 4000", "40777 0", "42777 4000"],
      options: [
        expect.stringMatching(/^rw,nosuid,nodev\S* size=1024k$/),
        expect.stringMatching(/^rw,nosuid,nodev\S* size=1024k$/),
      ],
    });
  });

  test("is prepared once: a second run leaves what containers have written, and mounts nothing twice", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { prepareStorage, readStorage } = await load<Subject>("src/io/volumes/storage.ts");
      const { mountsBelow } = await load<Mounts>("src/io/volumes/mounts.ts");
      const { chmodSync, readFileSync, statSync, writeFileSync } = await load<Fs>("node:fs");
      const disk = "/var/lib/unitlet/pods/u-1/volumes/disk";
      const memory = "/run/unitlet/pods/u-1/memory/m";
      const all = [
        { kind: "directory", path: disk },
        { kind: "memory", path: memory, size: 1 << 20 },
      ] as const;
      prepareStorage("u-1", all);
      for (const path of [disk, memory]) writeFileSync(`${path}/file`, path);
      chmodSync(disk, 0o700);
      prepareStorage("u-1", all);
      const mounts = mountsBelow("/run/unitlet/pods/u-1");
      return {
        content: [disk, memory].map((path) => readFileSync(`${path}/file`, "utf8") === path),
        mode: statSync(disk).mode.toString(8),
        mounts,
        keys: [...readStorage("u-1", mounts)],
        other: [...readStorage("u-2", mounts)],
      };
    });
    expect(seen).toEqual({
      content: [true, true],
      mode: "40700",
      mounts: ["/run/unitlet/pods/u-1/memory/m"],
      keys: ["/var/lib/unitlet/pods/u-1/volumes/disk", "/run/unitlet/pods/u-1/memory/m"],
      other: [],
    });
  });

  test("of the host is made for everyone to read, and what exists already is not touched", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { hostFileType, prepareStorage } = await load<Subject>("src/io/volumes/storage.ts");
      const { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } = await load<Fs>("node:fs");
      mkdirSync("/run/host", { mode: 0o755 });
      writeFileSync("/run/host/there", "as it was", { mode: 0o600 });
      symlinkSync("/run/host/victim", "/run/host/link");
      prepareStorage("u-1", [
        { kind: "host", path: "/run/host/new/directory", make: "directory" },
        { kind: "host", path: "/run/host/file", make: "file" },
        { kind: "host", path: "/run/host/there", make: "file" },
        { kind: "host", path: "/run/host/link", make: "file" },
      ]);
      const mode = (path: string) => statSync(`/run/host/${path}`).mode.toString(8);
      const types = ["new", "file", "link", "victim", "file/x", "../../dev/null"].map((path) =>
        hostFileType(`/run/host/${path}`),
      );
      return {
        modes: ["new", "new/directory", "file", "there"].map(mode),
        content: readFileSync("/run/host/there", "utf8"),
        types: types.map((type) => type ?? "none"),
      };
    });
    expect(seen).toEqual({
      modes: ["40755", "40755", "100644", "100600"],
      content: "as it was",
      types: ["directory", "file", "none", "none", "none", "character device"],
    });
  });

  test("of a group belongs to the group with all that is in it, and a mark says that it is done", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { prepareStorage, readStorage } = await load<Subject>("src/io/volumes/storage.ts");
      const { mkdirSync, statSync, writeFileSync } = await load<Fs>("node:fs");
      mkdirSync("/run/claim/in", { recursive: true });
      writeFileSync("/run/claim/in/file", "");
      const group = { kind: "group", volume: "claim", path: "/run/claim", gid: 4000, always: true } as const;
      prepareStorage("u-1", [group]);
      writeFileSync("/run/claim/later", "");
      prepareStorage("u-1", [group]);
      return {
        modes: ["", "/in", "/in/file", "/later"].map((path) => {
          const { mode, gid } = statSync(`/run/claim${path}`);
          return `${mode.toString(8)} ${gid}`;
        }),
        keys: [...readStorage("u-1", [])],
      };
    });
    expect(seen).toEqual({
      // The last one was made later, in a directory of the group; nothing goes through the volume a second time.
      modes: ["42770 4000", "42770 4000", "100660 4000", "100600 4000"],
      keys: ["group/claim"],
    });
  });

  test("within a volume is held: what replaces a subPath later is not what the container has", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { prepareStorage, readFailures } = await load<Subject>("src/io/volumes/storage.ts");
      const { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } = await load<Fs>("node:fs");
      mkdirSync("/run/volume/data", { recursive: true });
      writeFileSync("/run/volume/data/who", "the volume");
      mkdirSync("/run/elsewhere");
      writeFileSync("/run/elsewhere/who", "elsewhere");
      symlinkSync("/run/elsewhere", "/run/volume/out");
      const at = (index: number) => `/run/unitlet/pods/u-1/subpaths/main/${index}`;
      const subPath = (index: number, path: string, writable = true) =>
        ({ kind: "sub-path", path: at(index), root: "/run/volume", subPath: path, writable }) as const;
      const all = [
        subPath(0, "data"),
        subPath(1, "data/who"),
        subPath(2, "out"),
        subPath(3, "made/now"),
        subPath(4, "gone", false),
      ];
      prepareStorage("u-1", all);
      renameSync("/run/volume/data", "/run/volume/moved");
      symlinkSync("/run/elsewhere", "/run/volume/data");
      const failures = [...readFailures("u-1").keys()];
      mkdirSync("/run/volume/gone");
      prepareStorage("u-1", all);
      writeFileSync(`${at(3)}/file`, "written");
      return {
        held: [readFileSync(`${at(0)}/who`, "utf8"), readFileSync(at(1), "utf8")],
        made: readFileSync("/run/volume/made/now/file", "utf8"),
        failures: failures.map((path) => path.slice(-1)),
        later: [...readFailures("u-1")].map(([path, why]) => [path.slice(-1), why]),
      };
    });
    expect(seen).toEqual({
      held: ["the volume", "the volume"],
      made: "written",
      failures: ["2", "4"],
      later: [["2", expect.any(String)]],
    });
  });

  test("of an image is there for reading only, and without setuid", async () => {
    const seen = await onEmptyHost(async (load) => {
      const { prepareStorage } = await load<Subject>("src/io/volumes/storage.ts");
      const { mkdirSync, readFileSync, writeFileSync } = await load<Fs>("node:fs");
      const tree = "/var/lib/unitlet/images/trees/0123";
      mkdirSync(tree, { recursive: true });
      writeFileSync(`${tree}/motd`, "from the image");
      const path = "/run/unitlet/pods/u-1/images/v/0123";
      prepareStorage("u-1", [{ kind: "image", path, tree }]);
      let error = "";
      try {
        writeFileSync(`${path}/new`, "");
      } catch (cause) {
        error = (cause as NodeJS.ErrnoException).code ?? "";
      }
      const line = readFileSync("/proc/self/mountinfo", "utf8")
        .split("\n")
        .find((each) => each.includes(path));
      return [readFileSync(`${path}/motd`, "utf8"), error, line?.split(" ")[5] ?? ""];
    });
    expect(seen).toEqual(["from the image", "EROFS", expect.stringMatching(/^ro,nosuid,nodev/)]);
  });
});
