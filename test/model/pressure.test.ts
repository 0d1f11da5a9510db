import { describe, expect, test } from "vitest";
import type { Config } from "../../src/model/host/config.ts";
import { type HostLevels, leastAvailable, measurePressures, shortDisks } from "../../src/model/host/pressure.ts";
import type { PressureHistory } from "../../src/model/host/pressure-history.ts";
import { CONFIG, HOST } from "../translate/base.ts";

const MI = 1024 ** 2;
const SOFT: Config = {
  ...CONFIG,
  evictionSoft: { "memory.available": { quantity: 300 * MI } },
  evictionSoftGracePeriod: { "memory.available": 60_000 },
};
const low = (mebibytes: number): HostLevels => ({ ...HOST, memoryAvailable: mebibytes * MI });
const HARD_KEY = `memory.available<${100 * MI}/0`;
const ALLOCATABLE_KEY = `allocatableMemory.available<${100 * MI}/0`;
const SOFT_KEY = `memory.available<${300 * MI}/60000`;

/** Measures every 10 s, from 0 on, and returns the last result. */
function measureAll(config: Config, available: readonly number[]) {
  let last = measurePressures(config, HOST, 0);
  for (const [at, mebibytes] of available.entries()) {
    const pressureHistory = last.history;
    last = measurePressures(config, { ...low(mebibytes), ...(pressureHistory && { pressureHistory }) }, at * 10_000);
  }
  return last;
}

const active = (config: Config, available: readonly number[]) =>
  measureAll(config, available).active.map(({ signal, isSoft }) => `${signal} ${isSoft ? "soft" : "hard"}`);

test("a host with enough of all has no pressure and leaves nothing to remember", () => {
  expect(measurePressures(SOFT, HOST, 0)).toEqual({ active: [], conditions: [], history: undefined });
});

describe("a hard threshold", () => {
  test("is active at once", () => {
    expect(measurePressures(CONFIG, low(50), 7)).toEqual({
      active: [
        { of: "memory", signal: "memory.available", threshold: 100 * MI, available: 50 * MI, isSoft: false, since: 7 },
      ],
      conditions: ["MemoryPressure"],
      history: { at: 7, since: { [HARD_KEY]: 7 }, active: [HARD_KEY], conditions: { MemoryPressure: 7 } },
    });
  });

  test("stays active until its minimum reclaim is there as well", () => {
    const config: Config = { ...CONFIG, evictionMinimumReclaim: { "memory.available": { quantity: 50 * MI } } };
    expect(active(config, [120])).toEqual([]);
    expect(active(config, [50, 120])).toEqual(["memory.available hard"]);
    expect(active(config, [50, 120, 150])).toEqual([]);
    expect(active(config, [50, 150, 120])).toEqual([]);
  });
});

describe("a soft threshold", () => {
  test("is a condition at once, and active after its grace period", () => {
    expect(measureAll(SOFT, [200])).toEqual({
      ...{ active: [], conditions: ["MemoryPressure"] },
      history: { at: 0, since: { [SOFT_KEY]: 0 }, active: [], conditions: { MemoryPressure: 0 } },
    });
    expect(active(SOFT, [200, 200, 200, 200, 200, 200])).toEqual([]);
    expect(active(SOFT, [200, 200, 200, 200, 200, 200, 200])).toEqual(["memory.available soft"]);
  });

  test("counts from anew after a measurement that did not meet it", () => {
    expect(active(SOFT, [200, 200, 200, 400, 200, 200, 200, 200])).toEqual([]);
  });

  test("counts from anew after a minute without a measurement", () => {
    const pressureHistory: PressureHistory = { at: 40_000, since: { [SOFT_KEY]: 0 }, active: [], conditions: {} };
    expect(measurePressures(SOFT, { ...low(200), pressureHistory }, 100_000).active).toHaveLength(1);
    expect(measurePressures(SOFT, { ...low(200), pressureHistory }, 100_001).active).toEqual([]);
  });

  test("counts from anew when the clock was set back", () => {
    const pressureHistory: PressureHistory = { at: 900_000, since: { [SOFT_KEY]: 0 }, active: [], conditions: {} };
    expect(measurePressures(SOFT, { ...low(200), pressureHistory }, 100_000).active).toEqual([]);
  });

  test("comes after the hard one of its signal", () => {
    expect(active(SOFT, [50, 50, 50, 50, 50, 50, 50])).toEqual(["memory.available hard", "memory.available soft"]);
  });
});

describe("the memory that all pods together may use", () => {
  const of = (limit: number, workingSet: number): HostLevels => ({
    ...HOST,
    podsMemory: { limit: limit * MI, workingSet: workingSet * MI },
  });
  const signals = (config: Config, host: HostLevels) =>
    measurePressures(config, host, 7).active.map(({ signal }) => signal);

  test("has the hard threshold of memory.available, by the name that the kubelet has for it", () => {
    expect(measurePressures(CONFIG, of(1000, 901), 7)).toEqual({
      active: [
        {
          ...{ of: "memory", signal: "allocatableMemory.available", threshold: 100 * MI, available: 99 * MI },
          ...{ isSoft: false, since: 7 },
        },
      ],
      conditions: ["MemoryPressure"],
      history: {
        ...{ at: 7, since: { [ALLOCATABLE_KEY]: 7 }, active: [ALLOCATABLE_KEY], conditions: { MemoryPressure: 7 } },
      },
    });
    expect(signals(CONFIG, of(1000, 900))).toEqual([]);
  });

  test("has a threshold in percent of its limit", () => {
    const config: Config = { ...CONFIG, evictionHard: { "memory.available": { fraction: 0.1 } } };
    expect(signals(config, of(1000, 901))).toEqual(["allocatableMemory.available"]);
    expect(signals(config, of(1000, 900))).toEqual([]);
  });

  test("has no soft threshold, and none without a hard one of memory.available", () => {
    expect(signals({ ...SOFT, evictionHard: {} }, of(1000, 1000))).toEqual([]);
  });

  test("comes after the hard threshold of the host, and before the soft one, which would leave a pod time", () => {
    const config: Config = { ...SOFT, evictionSoftGracePeriod: { "memory.available": 1 } };
    const pressureHistory: PressureHistory = {
      ...{ at: 0, since: { [`memory.available<${300 * MI}/1`]: 0 }, active: [], conditions: {} },
    };
    const host = { ...of(1000, 1000), memoryAvailable: 50 * MI, pressureHistory };
    expect(measurePressures(config, host, 7).active.map(({ signal, isSoft }) => [signal, isSoft])).toEqual([
      ["memory.available", false],
      ["allocatableMemory.available", false],
      ["memory.available", true],
    ]);
  });

  test("has the minimum reclaim of memory.available", () => {
    const config: Config = { ...CONFIG, evictionMinimumReclaim: { "memory.available": { quantity: 50 * MI } } };
    const { history } = measurePressures(config, of(1000, 950), 0);
    const later = (workingSet: number) => ({ ...of(1000, workingSet), ...(history && { pressureHistory: history }) });
    expect(measurePressures(config, later(880), 7).active).toHaveLength(1);
    expect(measurePressures(config, later(850), 7).active).toEqual([]);
  });

  test("is 0, and not below, where they use more than a limit that was lowered", () => {
    expect(measurePressures(CONFIG, of(500, 600), 7).active[0]?.available).toBe(0);
  });
});

describe("the file systems of pods and of images", () => {
  const evictionHard = { "nodefs.available": { fraction: 0.1 }, "imagefs.available": { fraction: 0.2 } };
  const config = { ...CONFIG, evictionHard };
  const with15 = { ...HOST, diskAvailable: HOST.diskTotal * 0.15 };
  const with5 = { ...HOST, diskAvailable: HOST.diskTotal * 0.05 };

  test.each<[what: string, host: HostLevels, pods: boolean, images: boolean]>([
    ["one, short for images", with15, true, true],
    ["two, the one of images short", { ...HOST, imageDisk: with15 }, false, true],
    ["two, the one of pods short enough for images alone", { ...with15, imageDisk: HOST }, false, false],
    ["two, the one of pods short", { ...with5, imageDisk: HOST }, true, false],
  ])("%s", (_, host, pods, images) => {
    expect(shortDisks(config, host, 0)).toEqual({ pods, images });
    expect(measurePressures(config, host, 0).conditions).toEqual(pods || images ? ["DiskPressure"] : []);
  });
});

test("memory comes before all else", () => {
  const host = { ...low(50), pidsUsed: HOST.pidsMax, diskAvailable: 0 };
  expect(measurePressures(CONFIG, host, 0).active.map(({ signal }) => signal)).toEqual([
    ...["memory.available", "nodefs.available", "imagefs.available", "pid.available"],
  ]);
});

test("a condition stays for its period after it was last measured", () => {
  const config = { ...CONFIG, evictionPressureTransitionPeriod: 30_000 };
  expect(measureAll(config, [50, 500, 500]).conditions).toEqual(["MemoryPressure"]);
  expect(measureAll(config, [50, 500, 500, 500]).conditions).toEqual([]);
  expect(measureAll({ ...config, evictionPressureTransitionPeriod: 0 }, [50, 500]).conditions).toEqual([]);
});

test("with the least of a signal no threshold is met, and with a byte less one is", () => {
  const least = leastAvailable(SOFT, HOST)["memory.available"] ?? 0;
  const met = (memoryAvailable: number) =>
    measurePressures(SOFT, { ...HOST, memoryAvailable }, 0).history !== undefined;
  expect([least, met(least), met(least - 1)]).toEqual([300 * MI, false, true]);
});
