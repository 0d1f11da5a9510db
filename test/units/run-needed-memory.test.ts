import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { hostMemory } from "../../src/io/host/host-memory.ts";
import { HELPER, TickHost } from "./ticks.ts";

test.each([
  [
    "most in use",
    "MemTotal: 9000 kB\nBuffers: 10 kB\nCached: 900 kB\nSwapCached: 30 kB\nInactive(file): 200 kB\nAnonPages: 4000 kB\n",
  ],
  ["nothing in use", "MemTotal: 9000 kB\nMemAvailable: 1 kB\nCached: 1 kB\nInactive(file): 2 kB\nAnonPages: 0 kB\n"],
])("the memory that a tick compares is that of the run: %s", (_, meminfo) => {
  using host = new TickHost();
  const { available } = hostMemory(meminfo);
  const copy = host.at("run-needed");
  writeFileSync(host.at("meminfo"), meminfo);
  copyFileSync(join(dirname(HELPER), "tick-requests.pl"), host.at("tick-requests.pl"));
  writeFileSync(copy, readFileSync(HELPER, "utf8").replaceAll("/proc/meminfo", host.at("meminfo")), { mode: 0o755 });
  const skips = (least: number) => {
    host.fullRun({ more: { levels: [`memory ${least}`] } });
    return host.isSkipped(undefined, copy);
  };
  expect([skips(available), skips(available + 1)]).toEqual([true, false]);
});
