import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutAt } from "../../../src/io/images/archive-directory.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "layout-"));
});

afterEach(() => rmSync(home, { recursive: true }));

test("a layout without an index is none yet", () => {
  expect(layoutAt(home)).toBeUndefined();
});

test("its key changes with each blob, and with the content of one", () => {
  writeFileSync(join(home, "index.json"), "{}");
  const keys = [layoutAt(home)?.key];
  mkdirSync(join(home, "blobs/sha256"), { recursive: true });
  expect(layoutAt(home)?.key).toBe(keys[0]);
  for (const content of ["1", "longer"]) {
    writeFileSync(join(home, "blobs/sha256/aa"), content);
    keys.push(layoutAt(home)?.key);
  }
  expect(new Set(keys).size).toBe(3);
});

test("it has changed when its last file has", () => {
  mkdirSync(join(home, "blobs/sha256"), { recursive: true });
  for (const [file, seconds] of [
    ["index.json", 100],
    ["blobs/sha256/aa", 200],
  ] as const) {
    writeFileSync(join(home, file), "");
    utimesSync(join(home, file), seconds, seconds);
  }
  expect(layoutAt(home)?.changedAt).toBe(200_000);
});
