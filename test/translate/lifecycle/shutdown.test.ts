import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bandTarget, PRIORITY_BANDS } from "../../../src/model/host/shutdown.ts";
import { shutdownLines } from "../../../src/translate/lifecycle/shutdown.ts";
import { decodeUnit } from "../../../src/unitfile/codec.ts";
import { pod } from "../base.ts";

function lines(own: number | undefined, next: number | undefined): object {
  const target = (band: number | undefined) => (band === undefined ? "" : ` unitlet-priority-${band}.target`);
  return [
    ["After", `unitlet-shutdown-end.service${target(next)}`],
    ["Before", `unitlet-shutdown-begin.service${target(own)}`],
  ];
}

test.for<[number, number | undefined, number | undefined]>([
  [-1, undefined, 0],
  [0, 0, 1],
  [1, 1, 1000],
  [999, 1, 1000],
  [1000, 1000, 1_000_000],
  [1_999_999_999, 1_000_000, 2_000_000_000],
  [2_000_000_000, 2_000_000_000, 2_000_001_000],
  [2_000_001_000, 2_000_001_000, undefined],
])("a pod of priority %i", ([priority, own, next]) => {
  expect(shutdownLines(pod({ priority }))).toEqual(lines(own, next));
});

test("a pod without a priority is one of 0", () => {
  expect(shutdownLines(pod())).toEqual(lines(0, 1));
});

test.for(PRIORITY_BANDS.map((band, at) => [band, PRIORITY_BANDS[at + 1]] as const))(
  "what pods of %i wait for waits for %s",
  ([band, next]) => {
    const text = readFileSync(new URL(`../../../units/systemd/${bandTarget(band)}`, import.meta.url), "utf8");
    expect(decodeUnit(text).Unit?.After).toEqual(next === undefined ? undefined : [bandTarget(next)]);
  },
);
