import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeTree } from "../../src/io/remove-tree.ts";

let root: string;
const FILES = Array.from({ length: 300 }, (_, at) => `tree/many/${at}`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unitlet-tree-"));
  for (const directory of ["tree/many", "tree/a/b", "outside"]) mkdirSync(join(root, directory), { recursive: true });
  for (const file of [...FILES, "tree/a/b/file", "outside/file"]) writeFileSync(join(root, file), "");
  symlinkSync(join(root, "outside"), join(root, "tree/link"));
});

afterEach(() => rmSync(root, { recursive: true }));

test("a tree is removed with all that is in it, and nothing that its links lead to", () => {
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
  expect(existsSync(join(root, "tree"))).toBe(false);
  expect(existsSync(join(root, "outside/file"))).toBe(true);
});

test("when it is late the rest stays for the next time", () => {
  let looks = 0;
  expect(removeTree(join(root, "tree"), () => ++looks > 200)).toBe(false);
  const left = readdirSync(join(root, "tree"), { recursive: true }).length;
  expect(left).toBeGreaterThan(50);
  expect(left).toBeLessThan(300);
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
});

test("a tree that is deeper than any path is removed as well", () => {
  execFileSync("perl", ["-e", 'for (1..1000) { mkdir "deep" or die; chdir "deep" }'], { cwd: join(root, "tree") });
  expect(removeTree(join(root, "tree"), () => false)).toBe(true);
});

test("what is not there is removed", () => {
  expect(removeTree(join(root, "none"), () => false)).toBe(true);
});
