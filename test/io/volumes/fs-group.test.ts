import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyFsGroup } from "../../../src/io/volumes/fs-group.ts";

let root: string;
const GID = process.getgid?.() ?? 0;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "unitlet-group-"));
});

afterEach(() => rmSync(root, { recursive: true }));

test("a file whose name is not UTF-8 gets the group's mode as any other", () => {
  mkdirSync(join(root, "d"));
  const path = Buffer.concat([Buffer.from(`${root}/d/`), Buffer.from([0x78, 0xff, 0xfe])]);
  writeFileSync(path, "", { mode: 0o600 });
  applyFsGroup(root, GID, true, () => false);
  expect((statSync(path).mode & 0o7777).toString(8)).toBe("660");
});
