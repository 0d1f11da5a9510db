import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { UnitName } from "../../src/model/unit.ts";
import { checkExec } from "../../src/probe/exec-check.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-exec-check-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** What comes of a probe if that is what container-enter does. */
function outcome(script: string) {
  const enter = join(directory, "enter");
  writeFileSync(enter, `#!/bin/sh\n${script}\n`);
  chmodSync(enter, 0o755);
  return checkExec(enter, "unitlet.a.b.c.service" as UnitName, ["true"], 10);
}

test("the status of the command decides", async () => {
  expect(await outcome("echo fine")).toEqual({ success: true, message: "" });
  expect(await outcome("echo out; echo err >&2; exit 1")).toMatchObject({ success: false });
  expect(await outcome("echo 'no such file' >&2; exit 127")).toEqual({ success: false, message: "no such file\n" });
});

test.each([
  "unitlet: container not running: unitlet.a.b.c.service has no main process",
  "/bin/sh: 1: .: cannot open /run/unitlet/env: No such file",
  "the container `unitlet-1-c` is not running",
  "error opening file `/run/crun/unitlet-1-c/status`: No such file or directory",
])("a container that just comes or goes is no failure: %s", async (words) => {
  expect(await outcome(`cat >&2 <<'END'\n${words}\nEND\nexit 125`)).toBeUndefined();
});
