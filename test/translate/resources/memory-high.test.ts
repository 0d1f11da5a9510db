import { expect, test } from "vitest";
import { parseFraction } from "../../../src/config/setting-types.ts";
import type { Resources } from "../../../src/model/api/pod.ts";
import type { Config } from "../../../src/model/host/config.ts";
import type { Host } from "../../../src/model/host/host.ts";
import { memoryHigh } from "../../../src/translate/resources/memory-high.ts";
import { CONFIG, container, directive, HOST, podOf } from "../base.ts";

const GI = 1024 ** 3;
/** Pods can request 10 GiB. */
const ALLOCATABLE: Host = { ...HOST, memoryTotal: 10 * GI + 100 * 1024 ** 2 };
const NINE_TENTHS: Config = { ...CONFIG, memoryThrottlingFactor: 0.9 };

const highOf = (resources: Resources, config = NINE_TENTHS, host = ALLOCATABLE) =>
  memoryHigh(container({ resources }), { config, host });
const pages = (bytes: number) => Math.floor(bytes / 4096) * 4096;

test.each<[what: string, resources: Resources, bytes: number | undefined]>([
  ["of request and limit", { requests: { memory: "1Gi" }, limits: { memory: "2Gi" } }, pages(1.9 * GI)],
  ["of a request alone", { requests: { memory: "1Gi" } }, pages(9.1 * GI)],
  ["of a limit alone, which is its request", { limits: { memory: "2Gi" } }, undefined],
  ["of a limit that is the request", { requests: { memory: "2Gi" }, limits: { memory: "2Gi" } }, undefined],
  ["of nothing", {}, undefined],
  ["of too small a difference", { requests: { memory: "4096" }, limits: { memory: "4097" } }, undefined],
])("%s", (_, resources, bytes) => {
  expect(highOf(resources)).toBe(bytes);
});

test("without the setting, and on cgroup v1, there is none", () => {
  const resources = { requests: { memory: "1Gi" } };
  expect(highOf(resources, CONFIG)).toBeUndefined();
  expect(highOf(resources, NINE_TENTHS, { ...ALLOCATABLE, hasCPUShares: true })).toBeUndefined();
  expect(directive(podOf({ resources }), "MemoryHigh")).toEqual([]);
});

test("the setting is a number", () => {
  expect(parseFraction("0.9")).toBe(0.9);
});
