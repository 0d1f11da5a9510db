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

test("nothing that is reserved above the capacity makes a negative number, which the API server would reject", () => {
  const systemReserved = { cpu: 1e9, memory: 2 ** 60, ephemeralStorage: 2 ** 60, pids: 0 };
  const { allocatable } = nodeResources({ ...CONFIG, systemReserved }, HOST, undefined);
  expect(allocatable).toMatchObject({ cpu: "0", memory: "0", "ephemeral-storage": "0" });
});
