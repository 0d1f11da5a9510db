import { expect, test } from "vitest";
import type { Host } from "../../../src/model/host/host.ts";
import { pressureEvents } from "../../../src/report/events/pressure-events.ts";
import { NOW } from "../base.ts";
import { CONFIG, HOST } from "../node/base-host.ts";

const LITTLE: Host = { ...HOST, memoryAvailable: 1 };

test("there is none while there is enough", () => {
  expect(pressureEvents(CONFIG, HOST, NOW)).toEqual([]);
});

test("while a threshold is met, one in ten seconds", () => {
  const key = `memory.available<${100 * 2 ** 20}/0`;
  const pressureHistory = { at: NOW, since: { [key]: NOW }, active: [key], conditions: {} };
  const at = [0, 9_999, 10_000].flatMap((later) => pressureEvents(CONFIG, { ...LITTLE, pressureHistory }, NOW + later));
  const event = { type: "Warning", reason: "EvictionThresholdMet", message: "Attempting to reclaim memory" };
  expect(at).toEqual([0, 0, 1].map((count) => ({ ...event, occurrence: `memory.available ${NOW} ${count}` })));
});
