import { expect, test } from "vitest";
import type { Host } from "../../../src/model/host/host.ts";
import { nodeResources } from "../../../src/report/node/node-resources.ts";
import { CONFIG, HOST } from "./base-host.ts";

const resources = (change: Partial<Host>) => nodeResources(CONFIG, { ...HOST, ...change }, undefined);

test("memory that is reserved as huge pages belongs to the capacity, and is not allocatable", () => {
  const { capacity, allocatable } = resources({});
  expect(allocatable.memory).toBe("7848Mi");
  const reserved = { capacity, allocatable: { ...allocatable, memory: "6824Mi" } };
  expect(resources({ hugePages: 1024 ** 3 })).toEqual(reserved);
});

test("allocatable memory is never negative", () => {
  expect(resources({ hugePages: HOST.memoryTotal }).allocatable.memory).toBe("0");
});
