import { expect, test } from "vitest";
import { type DatedResult, type LaneResult, textOf, type Versions, withLane, withoutRemoved } from "./results.ts";

const VERSIONS: Versions = {
  distribution: "Debian GNU/Linux 13 (trixie)",
  systemd: "257.13",
  cgroups: "v2",
  bus: "dbus-daemon 1.16.2",
  kernel: "7.2.7",
  tools: "crun 1.21",
  kubernetes: "1.36.3",
};
const PASSED: DatedResult = { passed: 3, failed: [], lacking: {}, date: "2026-11-28", commit: "abc" };
const LATER: DatedResult = { passed: 2, failed: ["a title"], lacking: { PSI: 1 }, date: "2026-11-29", commit: "def" };
const lane = (files: LaneResult["files"], versions = VERSIONS): LaneResult => ({ versions, files });

test("a lane that did not run keeps its row, and a file that did not run keeps its result", () => {
  const before = {
    "v2/1.36": lane({ "a.test.ts": PASSED, "b.test.ts": PASSED }),
    "nspawn/1.36": lane({ "a.test.ts": PASSED }),
  };
  expect(withLane(before, "v2/1.36", lane({ "b.test.ts": LATER, "c.test.ts": LATER }))).toEqual({
    ...before,
    "v2/1.36": lane({ "a.test.ts": PASSED, "b.test.ts": LATER, "c.test.ts": LATER }),
  });
});

test("results of other versions go", () => {
  const newer = { ...VERSIONS, systemd: "258" };
  const before = { "v2/1.36": lane({ "a.test.ts": PASSED }) };
  expect(withLane(before, "v2/1.36", lane({ "b.test.ts": LATER }, newer))).toEqual({
    "v2/1.36": lane({ "b.test.ts": LATER }, newer),
  });
});

test("files that are no longer there go", () => {
  const before = { "v2/1.36": lane({ "a.test.ts": PASSED, "b.test.ts": PASSED }) };
  expect(withoutRemoved(before, ["b.test.ts"])).toEqual({ "v2/1.36": lane({ "b.test.ts": PASSED }) });
});

test("the text does not depend on the order of lanes and files", () => {
  const a = { x: lane({ "a.test.ts": PASSED, "b.test.ts": PASSED }), y: lane({}) };
  const b = { y: lane({}), x: lane({ "b.test.ts": PASSED, "a.test.ts": PASSED }) };
  expect(textOf(a)).toBe(textOf(b));
});
