import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeSource } from "../../../src/cli/upgrade/source.ts";

const FILES = ["install.sh", "units/install/manifest", "dist/run.cjs", "dist/node", "dist/.complete", "src/main.ts"];
const trusted = {
  users: [0, process.getuid?.() ?? 0],
  groups: [0, process.getgid?.() ?? 0],
};

let home: string;
let top: string;
let target: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unitlet-source-"));
  top = join(home, "unitlet-1");
  target = join(home, "taken");
  for (const file of FILES) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), file);
  }
});

afterEach(() => rmSync(home, { recursive: true }));

const take = (from: string, sha256?: string) => takeSource({ from, sha256, target, trusted });

function pack(): string {
  const release = join(home, "unitlet-1.tar.gz");
  execFileSync("tar", ["-czf", release, "-C", home, "unitlet-1"]);
  execFileSync("sh", ["-c", "sha256sum unitlet-1.tar.gz >SHA256SUMS"], { cwd: home });
  return release;
}

test("a release with its checksum is unpacked, and its copy is gone", () => {
  take(pack());
  expect(readdirSync(target).toSorted()).toEqual(["dist", "install.sh", "src", "units"]);
  expect(existsSync(`${target}.tar.gz`)).toBe(false);
});

test("of a clone only what an installation needs is copied", () => {
  take(top);
  expect(readdirSync(target, { recursive: true }).toSorted()).toEqual([
    "dist",
    "dist/node",
    "dist/run.cjs",
    "install.sh",
    "units",
    "units/install",
    "units/install/manifest",
  ]);
});

test("a link leads to a release, and its checksum is beside the link", () => {
  const link = join(home, "linked/unitlet-1.tar.gz");
  mkdirSync(dirname(link));
  symlinkSync(pack(), link);
  symlinkSync(join(home, "SHA256SUMS"), join(home, "linked/SHA256SUMS"));
  take(link);
  expect(existsSync(join(target, "install.sh"))).toBe(true);
});

test("the directory of its bundles stands for a clone", () => {
  take(join(top, "dist"));
  expect(existsSync(join(target, "install.sh"))).toBe(true);
});

test("a release with a link is refused", () => {
  symlinkSync("/etc", join(top, "units/etc"));
  expect(() => take(pack())).toThrow("it has something that is no plain file");
  expect(existsSync(target)).toBe(false);
});

test("a release that was changed is refused", () => {
  const release = pack();
  writeFileSync(release, "changed");
  expect(() => take(release)).toThrow("the checksum is");
});

test("a release whose checksum every user can change is refused, and taken with the checksum of the caller", () => {
  const release = pack();
  chmodSync(join(home, "SHA256SUMS"), 0o666);
  expect(() => take(release)).toThrow("SHA256SUMS: every user can write to it");
  take(release, execFileSync("sha256sum", [release], { encoding: "utf8" }).slice(0, 64));
  expect(existsSync(join(target, "install.sh"))).toBe(true);
});

test.each([
  ["a link", () => symlinkSync("/etc/passwd", join(top, "units/link")), "is neither a file nor a directory"],
  ["a file that every user can change", () => chmodSync(join(top, "dist/run.cjs"), 0o666), "run.cjs: every user can"],
  ["a directory that every user can change", () => chmodSync(join(top, "dist"), 0o777), "dist: every user can"],
  ["no Node", () => rmSync(join(top, "dist/node")), "it has no dist/node"],
])("a clone with %s is refused", (_, spoil, because) => {
  spoil();
  expect(() => take(top)).toThrow(because);
});

test("a file that is no tarball of a release is refused", () => {
  expect(() => take(join(top, "install.sh"))).toThrow("install.sh: expected a .tar.gz or a directory");
});

test("what is not there is named", () => {
  expect(() => take(join(home, "absent.tar.gz"))).toThrow("absent.tar.gz: the file does not exist");
});
