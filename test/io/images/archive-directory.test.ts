import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isBeingWritten } from "../../../src/io/images/archive-directory.ts";

let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "archives-")), "a.tar");
});

afterEach(() => rmSync(join(path, ".."), { recursive: true }));

test("a file is being written while a process has it open for that", () => {
  writeFileSync(path, "x");
  const file = openSync(path, "r+");
  expect(isBeingWritten(path)).toBe(true);
  closeSync(file);
  expect(isBeingWritten(path)).toBe(false);
});

test("a pipe without a process at its other end is not waited for", () => {
  execFileSync("mkfifo", [path]);
  expect(isBeingWritten(path)).toBe(false);
});

test("a file that is gone is not being written", () => {
  expect(isBeingWritten(path)).toBe(false);
});
