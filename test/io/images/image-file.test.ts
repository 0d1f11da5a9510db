import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryInImage, readImageFile } from "../../../src/io/images/image-file.ts";

let top: string;
let tree: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "image-"));
  tree = join(top, "rootfs");
  mkdirSync(join(tree, "etc"), { recursive: true });
  mkdirSync(join(tree, "store"));
  writeFileSync(join(tree, "store/passwd"), "the image's");
  writeFileSync(join(top, "passwd"), "the host's");
});

afterEach(() => rmSync(top, { recursive: true }));

const read = () => readImageFile(tree, "etc/passwd");

test("a file", () => {
  writeFileSync(join(tree, "etc/passwd"), "here");
  expect(read()).toBe("here");
});

test("none", () => {
  expect(read()).toBe("");
});

test.for(["../store/passwd", "/store/passwd", "../../../store/passwd", "/../store/./passwd"])(
  "a link to %s, as who has the image for a root sees it",
  (target) => {
    symlinkSync(target, join(tree, "etc/passwd"));
    expect(read()).toBe("the image's");
  },
);

test.for(["../../passwd", "/etc/hostname", "passwd", "/proc/self/environ"])("a link to %s is none", (target) => {
  symlinkSync(target, join(tree, "etc/passwd"));
  expect(read()).toBe("");
});

test("a directory of the host's is not followed to", () => {
  rmSync(join(tree, "etc"), { recursive: true });
  symlinkSync(top, join(tree, "etc"));
  expect(read()).toBe("");
});

test("a pipe is not opened", () => {
  const path = join(tree, "etc/passwd");
  execFileSync("mkfifo", [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(pipe, "from a pipe");
  expect(read()).toBe("");
  closeSync(pipe);
});

test("nor is a device", ({ skip }) => {
  skip(process.getuid?.() !== 0, "only root can make one");
  execFileSync("mknod", [join(tree, "etc/passwd"), "c", "1", "5"]);
  expect(read()).toBe("");
});

test("of one that is larger than memory, the beginning", () => {
  writeFileSync(join(tree, "etc/passwd"), "root");
  truncateSync(join(tree, "etc/passwd"), 2 ** 40);
  expect(read()).toMatch(/^root\0/);
  expect(read().length).toBe(2 ** 20);
});

describe("a directory of an image", () => {
  beforeEach(() => {
    symlinkSync("/store", join(tree, "link"));
    symlinkSync("../../../..", join(tree, "store/up"));
    symlinkSync("/gone", join(tree, "dangling"));
    symlinkSync("circle", join(tree, "circle"));
  });

  test.for([
    ["/store", "/store"],
    ["/store/./x//../", "/store"],
    ["/link", "/store"],
    ["/link/new/deep", "/store/new/deep"],
    ["/store/up/etc", "/etc"],
    ["/../../etc", "/etc"],
    ["/new", "/new"],
    ["/", "/"],
    ["/store/passwd", undefined],
    ["/store/passwd/x", undefined],
    ["/dangling", undefined],
    ["/dangling/x", undefined],
    ["/circle/x", undefined],
    ["/x\0y", undefined],
  ] as const)("%j", ([path, expected]) => {
    expect(directoryInImage(tree, path)).toBe(expected);
  });

  test.for(["x/", "x", "ä"])("%j a million times is nowhere", (part) => {
    expect(directoryInImage(tree, `/${part.repeat(1_000_000)}`)).toBeUndefined();
  });

  test("a name may have 255 bytes", () => {
    const names = ["x".repeat(255), "x".repeat(256), "ä".repeat(128)];
    expect(names.map((name) => directoryInImage(tree, `/${name}`) !== undefined)).toEqual([true, false, false]);
  });
});
