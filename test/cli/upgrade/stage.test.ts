import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkRepair } from "../../../src/cli/upgrade/stage.ts";

const UNIT = readFileSync("units/systemd/unitlet-sync.service", "utf8");

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unitlet-stage-"));
});

afterEach(() => rmSync(home, { recursive: true }));

/** Checks a version whose unitlet-sync.service has this text. */
function check(text?: string): void {
  const versions = join(home, "lib/unitlet.versions");
  const unit = join(versions, "new/units/unitlet-sync.service");
  mkdirSync(dirname(unit), { recursive: true });
  // As install.sh places it.
  if (text !== undefined) writeFileSync(unit, text.replaceAll("/usr/local/lib/unitlet", join(home, "lib/unitlet")));
  checkRepair({ prefix: home, programs: join(home, "lib/unitlet"), versions, command: "", units: "" });
}

test("this version undoes an upgrade that was interrupted", () => {
  expect(() => check(UNIT)).not.toThrow();
});

test.each([
  ["whose runs ignore an interrupted upgrade", UNIT.replace(/^ExecCondition=.*$/m, "")],
  ["without the unit, as one without a list of its units", undefined],
])("a version %s is refused", (_, text) => {
  expect(() => check(text)).toThrow("cannot undo an upgrade that is interrupted");
});
