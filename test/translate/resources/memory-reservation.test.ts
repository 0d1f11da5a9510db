import { expect, test } from "vitest";
import type { Config } from "../../../src/model/host/config.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { nodeSliceLimits } from "../../../src/translate/resources/node-slices.ts";
import { CONFIG, container, HOST, pod, runnable } from "../base.ts";

const TIERED: Config = { ...CONFIG, memoryReservationPolicy: "tiered" };
const HOST2: Host = { ...HOST, hasCPUShares: false };
const HOST1: Host = { ...HOST, hasCPUShares: true };

const exact = { cpu: "1", memory: "1Mi" };
const guaranteed = pod({ containers: [container({ resources: { requests: exact, limits: exact } })] });
const burstable = pod({
  containers: [container({ resources: { requests: { memory: "2Mi" } } }), container({ name: "second" })],
});

/** The lines Memory* of the slice and of each container, and what the cgroups should have. */
function reservations(of: typeof guaranteed, config: Config, host: Host) {
  const { slice, containers } = runnable(of, { config, host });
  return [slice, ...containers.map(({ unit }) => unit)].map((unit) => [
    ...(unit?.text.match(/^Memory(Min|Low)=.*$/gm) ?? []),
    unit?.limits?.min,
    unit?.limits?.low,
  ]);
}

test("of what Guaranteed pods request the kernel reclaims nothing, and that of Burstable ones last", () => {
  const min = ["MemoryMin=1048576", 1048576, undefined];
  expect(reservations(guaranteed, TIERED, HOST2)).toEqual([min, min]);
  const low = ["MemoryLow=2097152", undefined, 2097152];
  expect(reservations(burstable, TIERED, HOST2)).toEqual([low, low, [undefined, undefined]]);
});

test.each([
  ["by default", CONFIG, HOST2],
  ["on cgroup v1", TIERED, HOST1],
])("%s there is none", (_, config, host) => {
  const none = [undefined, undefined];
  expect(reservations(guaranteed, config, host)).toEqual([none, none]);
});

test("the slices of the node protect what is in them", () => {
  const limits = nodeSliceLimits([guaranteed, burstable, burstable, pod()], TIERED, HOST2);
  const found = [...limits.values()].map(({ min, low }) => [min, low]);
  expect(found).toEqual([
    [5 * 2 ** 20, 4 * 2 ** 20],
    [undefined, 4 * 2 ** 20],
    [undefined, undefined],
  ]);
});

test("a setting that was removed is undone", () => {
  const limits = nodeSliceLimits([guaranteed, burstable], CONFIG, HOST2);
  expect(limits.get("unitlet.slice")).toMatchObject({ min: 0, low: 0 });
  expect(limits.get("unitlet-burstable.slice")).toMatchObject({ low: 0 });
});
