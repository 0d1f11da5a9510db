import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { workingSet } from "../../src/io/host/cgroup-memory.ts";
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

describe("the memory of all pods that a tick compares", () => {
  const STAT = "anon 5\ninactive_file 200\nactive_file 30\n";

  function skips(most: number, files: Readonly<Record<string, string>>): boolean {
    using host = new TickHost();
    mkdirSync(host.at("pods"));
    for (const [name, text] of Object.entries(files)) writeFileSync(host.at(`pods/${name}`), text);
    host.fullRun({ more: { levels: [`used ${most} memory.current inactive_file ${host.at("pods")}`] } });
    return host.isSkipped();
  }

  test("is their working set", () => {
    const files = { "memory.current": "5000\n", "memory.stat": STAT };
    const used = workingSet(5000, STAT);
    expect([skips(used, files), skips(used - 1, files)]).toEqual([true, false]);
  });

  test("is nothing when their slice has ended", () => {
    expect(skips(0, {})).toBe(true);
  });

  test("needs a run when it cannot be read whole", () => {
    expect(skips(5000, { "memory.current": "5000\n" })).toBe(false);
  });
});
