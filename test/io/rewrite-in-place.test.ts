import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rewriteInPlace } from "../../src/io/files.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-rewrite-"));
  path = join(directory, "hosts");
});

afterEach(() => rmSync(directory, { recursive: true }));

test.each(["", "short\n", "a much longer text than before\n"])("a reader that has the file open reads %j", (text) => {
  writeFileSync(path, "a text of before\n");
  const open = openSync(path, "r");
  expect(rewriteInPlace(path, text)).toBe(true);
  const buffer = Buffer.alloc(100);
  const length = readSync(open, buffer, 0, 100, 0);
  closeSync(open);
  expect(buffer.toString("utf8", 0, length)).toBe(text);
});

test("a file that is not there is left to the caller", () => {
  expect(rewriteInPlace(path, "text")).toBe(false);
});

test("a link is not followed", () => {
  writeFileSync(join(directory, "other"), "other");
  symlinkSync("other", path);
  expect(() => rewriteInPlace(path, "text")).toThrow("ELOOP");
  expect(readFileSync(join(directory, "other"), "utf8")).toBe("other");
});
