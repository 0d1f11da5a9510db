import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedFile } from "../support/installed-files.ts";
import { run } from "../support/run.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "last-error-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Calls a function of a helper's part, with a variable that names the file of the tool's output. */
async function call(part: string, variable: string, function_: string, output: string): Promise<string> {
  const file = join(directory, "output");
  writeFileSync(file, output);
  const script = `. "$1"; ${variable}=$2; ${function_}`;
  return (await run(["sh", "-uc", script, "sh", installedFile(part).source, file])).stdout.trimEnd();
}

describe("the last error of a tool that pulls", () => {
  test.each([
    ["a plain line", "first\ncurl: (6) Could not resolve host\n\n", "curl: (6) Could not resolve host"],
    [
      "skopeo's logger",
      'time="2026-01-01T00:00:00Z" level=fatal msg="Error parsing image name \\"docker://x\\": no \\"x\\""\n',
      'no "x"',
    ],
    [
      "umoci's logger",
      "   • unpack\n   ⨯ unpack layer: no space left on device: \n",
      "unpack layer: no space left on device",
    ],
    ["another logger", "2026 FATAL[0001] something failed\n", "something failed"],
    ["nothing", "", ""],
  ])("of %s", async (_, output, expected) => {
    expect(await call("pull-monitor", "stderr", "last_error", output)).toBe(expected);
  });
});

describe("the errors of apt and dpkg", () => {
  test.each([
    [
      "apt",
      "Reading…\nE: Unable to fetch\nE: Sub-process /usr/bin/dpkg returned an error code (1)\n",
      "Unable to fetch",
    ],
    [
      "dpkg",
      "dpkg: error processing package tiny (--configure):\n installed tiny package failed\n",
      "dpkg: error processing package tiny (--configure):; installed tiny package failed",
    ],
    [
      "dependencies",
      " tiny : Depends: other but it is not installable\nE: broken\nE: broken\n",
      "tiny : Depends: other but it is not installable; broken",
    ],
    ["a lock", "Waiting for cache lock: Could not get lock /x... 3s\n", "Could not get lock /x"],
  ])("of %s", async (_, output, expected) => {
    expect(await call("deb-state", "output", "last_errors", output)).toBe(expected);
  });
});
