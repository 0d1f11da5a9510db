import { expect, test } from "vitest";
import type { DatedResult, LaneResult } from "../matrix/results.ts";
import { matrixSection } from "./matrix-section.ts";

const PASSED: DatedResult = { passed: 3, failed: [], lacking: {}, date: "2026-11-28", commit: "abc" };
const OTHER: DatedResult = {
  passed: 2,
  failed: ["it | breaks"],
  lacking: { PSI: 2 },
  date: "2026-11-29",
  commit: "def",
};

function lane(bus: string, files: LaneResult["files"]): LaneResult {
  const versions = { distribution: "Debian 13 (trixie)", systemd: "257.13", cgroups: "v2", kernel: "7.2.7" };
  return { versions: { ...versions, bus, kubernetes: "1.36.3", tools: "crun 1.21" }, files };
}

test("the tables have what ran, with its date, and tell what failed from what the kernel lacks", () => {
  const files = { "test/e2e/a.test.ts": PASSED, "test/systemd/b.test.ts": OTHER };
  const section = matrixSection({
    "v2-trixie/1.36": lane("dbus-daemon 1.16.2", files),
    "v2-trixie-broker/1.36": lane("dbus-broker 37", { "test/systemd/b.test.ts": OTHER }),
  });
  expect(
    section,
  ).toBe(`| lane | distribution | systemd | cgroups | bus | kernel | API server | image tools | run on | files | passed | failed | lacking |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| \`v2-trixie-broker/1.36\` | Debian 13 (trixie) | 257.13 | v2 | dbus-broker 37 | 7.2.7 | 1.36.3 | crun 1.21 | 2026-11-29 | 1 | 2 | 1 | 2 |
| \`v2-trixie/1.36\` | Debian 13 (trixie) | 257.13 | v2 | dbus-daemon 1.16.2 | 7.2.7 | 1.36.3 | crun 1.21 | 2026-11-28 to 2026-11-29 | 2 | 5 | 1 | 2 |

### Failures

| file | test | lanes |
|---|---|---|
| [systemd/b](../test/systemd/b.test.ts) | it \\| breaks | \`v2-trixie-broker/1.36\`, \`v2-trixie/1.36\` |

### What the kernel lacks

| feature | file | tests | lanes |
|---|---|---|---|
| PSI | [systemd/b](../test/systemd/b.test.ts) | 2 | \`v2-trixie-broker/1.36\`, \`v2-trixie/1.36\` |

### By file

| file | \`v2-trixie-broker/1.36\` | \`v2-trixie/1.36\` |
|---|---|---|
| [e2e/a](../test/e2e/a.test.ts) | – | 3 |
| [systemd/b](../test/systemd/b.test.ts) | 2, **1 failed**, 2 lacking | 2, **1 failed**, 2 lacking |`);
});

test("without failures and lacks the page says so", () => {
  const section = matrixSection({ "v2-trixie/1.36": lane("dbus-daemon 1.16.2", { "test/e2e/a.test.ts": PASSED }) });
  expect(section).toContain("### Failures\n\nNothing has failed in these runs.");
  expect(section).toContain("### What the kernel lacks\n\nThe kernels of these runs lack nothing that a test needs.");
});
