import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pathOf, withPathBelow } from "../../src/io/safe-path.ts";
import { applyFsGroup } from "../../src/io/volumes/fs-group.ts";

let root: string;
let volume: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "beneath-"));
  volume = join(root, "volume");
  mkdirSync(join(volume, "a/b"), { recursive: true });
  mkdirSync(join(root, "outside"));
  writeFileSync(join(volume, "a/b/file"), "inside");
  writeFileSync(join(root, "outside/file"), "outside", { mode: 0o600 });
});

afterEach(() => rmSync(root, { recursive: true }));

const read = (path: string, make = false) =>
  withPathBelow(volume, path, { make }, (found) => readFileSync(pathOf(found), "utf8"));

describe("a path within a volume", () => {
  test.for([
    ["a/b/file"],
    ["./a//b/./file"],
    ["link/file", "link", "a/b"],
    ["a/link/file", "a/link", "../a/b"],
    ["a/link", "a/link", "b/file"],
  ] as const)("%s leads to its file", ([path, link, target]) => {
    if (link !== undefined) symlinkSync(target, join(volume, link));
    expect(read(path)).toBe("inside");
  });

  test.for([
    ["link/file", "../outside"],
    ["link/file", "a/../../outside"],
    ["link/file", "/etc"],
    ["link", "/etc/passwd"],
    ["../outside/file", "x"],
    ["a/../../outside/file", "x"],
  ] as const)("%s with a link to %s leads out, and so nowhere", ([path, target]) => {
    symlinkSync(target, join(volume, "link"));
    expect(() => read(path)).toThrow(`leads out of the volume`);
  });

  test("that goes in circles leads nowhere", () => {
    symlinkSync("link", join(volume, "link"));
    expect(() => read("link")).toThrow("link leads through too many links");
  });

  test("that is missing is an error", () => {
    expect(() => read("a/none")).toThrow("there is no none in the volume");
  });

  test("that is missing is made, as open as the volume", () => {
    withPathBelow(volume, "new/one", { make: true }, () => {});
    expect(statSync(join(volume, "new/one")).mode & 0o7777).toBe(statSync(volume).mode & 0o7777);
  });

  test("that is a link to what is missing is made within", () => {
    symlinkSync("a/new", join(volume, "link"));
    withPathBelow(volume, "link", { make: true }, () => {});
    expect(statSync(join(volume, "a/new")).isDirectory()).toBe(true);
  });
});

describe("a tree that is given to a group", () => {
  const gid = process.getgid?.() ?? 0;
  const mode = (path: string) => (lstatSync(join(volume, path)).mode & 0o7777).toString(8);

  test("may be written to by it, whatever is made there later", () => {
    expect(applyFsGroup(volume, gid, true)).toBe(true);
    expect([mode("a"), mode("a/b/file")]).toEqual(["2775", "664"]);
  });

  test("stays within itself: what a link leads to is not changed", () => {
    symlinkSync(join(root, "outside/file"), join(volume, "link"));
    symlinkSync(join(root, "outside"), join(volume, "directory"));
    applyFsGroup(volume, gid, true);
    expect(statSync(join(root, "outside/file")).mode & 0o777).toBe(0o600);
  });

  test("leaves a file with a second name as it is", () => {
    linkSync(join(root, "outside/file"), join(volume, "second"));
    applyFsGroup(volume, gid, true);
    expect(statSync(join(root, "outside/file")).mode & 0o777).toBe(0o600);
  });

  test("goes on in the next run when it has too many files, and only then is done", () => {
    expect(() => applyFsGroup(volume, gid, true, () => true)).toThrow(/too many files .* OnRootMismatch/);
    expect(applyFsGroup(volume, gid, false)).toBe(true);
    expect(mode("a/b/file")).toBe("664");
  });

  test("is left as it is when its root is so already, unless it is always to be given", () => {
    applyFsGroup(volume, gid, true);
    writeFileSync(join(volume, "later"), "", { mode: 0o600 });
    expect(applyFsGroup(volume, gid, false)).toBe(false);
    expect(mode("later")).toBe("600");
  });
});
