import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runUnit } from "../../../src/cli/images/unit-wait.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "unit-wait-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** Runs a unit with a systemctl that ends with this status, and returns the calls of systemctl. */
async function callsOf(status: number): Promise<readonly string[]> {
  const calls = join(home, "calls");
  const program = join(home, "systemctl");
  writeFileSync(program, `#!/bin/sh\necho "$*" >>${calls}\nexit ${status}\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", home);
  await runUnit("a.service", () => undefined);
  return readFileSync(calls, "utf8").trim().split("\n");
}

test("a unit that has ended well is left alone", async () => {
  expect(await callsOf(0)).toEqual(["start --wait a.service"]);
});

test("a unit that may go on, since systemctl has failed, is stopped before its files are read", async () => {
  expect(await callsOf(1)).toEqual(["start --wait a.service", "stop a.service"]);
});
