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

test("a unit that works on after the limit is stopped, and the error says so", async () => {
  const [stopped, program] = [join(home, "stopped"), join(home, "systemctl")];
  const wait = `until [ -e ${stopped} ]; do /bin/sleep 0.05; done; exit 1`;
  writeFileSync(program, `#!/bin/sh\ncase $1 in stop) : >${stopped} ;; *) ${wait} ;; esac\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", home);
  await expect(runUnit("a.service", () => undefined, 600)).rejects.toMatchObject({
    ...{ status: 1, message: "a.service was stopped, because it had not ended after 0.01 min" },
  });
});
