import { expect, test } from "vitest";
import { parseSettings } from "../../src/config/settings.ts";

test.for([
  ["10s", 10_000],
  ["2m30s", 150_000],
  ["10m", 600_000],
] as const)("syncFrequency = %s is taken, in milliseconds", ([text, expected]) => {
  const { syncFrequency } = parseSettings([{ path: "unitlet.conf", text: `syncFrequency = ${text}\n` }]);
  expect(syncFrequency).toBe(expected);
});
