import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkSpace } from "../../../src/cli/upgrade/space.ts";

test("an upgrade needs room for two copies of the installed version", () => {
  const home = mkdtempSync(join(tmpdir(), "unitlet-space-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const places = { prefix: home, programs: home, versions: home, command: "", units: "" };
  writeFileSync(join(home, "node"), "");
  expect(() => checkSpace(places)).not.toThrow();
  // A file without blocks, larger than any disk.
  truncateSync(join(home, "node"), 2 ** 42);
  expect(() => checkSpace(places)).toThrow(/ MiB free, and an upgrade needs 8388608 MiB. Nothing was changed/);
});
