import { expect, test } from "vitest";
import { reservationProblems } from "../../src/model/host/reservations.ts";

const GI = 1024 ** 3;
const NONE = { cpu: 0, memory: 0, ephemeralStorage: 0, pids: 0 };
const CAPACITY = { cpus: 2, memoryTotal: 4 * GI, diskTotal: 10 * GI, pidsMax: 1000 };
const ALL = { cpu: 2000, memory: 4 * GI, ephemeralStorage: 10 * GI, pids: 1000 };
const memory = (quantity: number) => ({ "memory.available": { quantity } });

test.each([
  ["nothing", NONE, {}, []],
  ["all that the host has", ALL, {}, []],
  [
    "more CPU",
    { ...NONE, cpu: 2500 },
    {},
    ["systemReserved (cpu=2500m) is more than the cpu=2 of this host: lower it"],
  ],
  [
    "more memory",
    { ...NONE, memory: 5 * GI },
    {},
    ["systemReserved (memory=5Gi) is more than the memory=4Gi of this host: lower it"],
  ],
  [
    "more memory by a threshold alone",
    NONE,
    memory(5 * GI),
    ["evictionHard (memory.available<5Gi) is more than the memory=4Gi of this host: lower it"],
  ],
  [
    "more memory by both",
    { ...NONE, memory: 3 * GI },
    memory(2 * GI),
    [
      "systemReserved (memory=3Gi) and evictionHard (memory.available<2Gi) are together more than the memory=4Gi of this host: lower them",
    ],
  ],
  [
    "more of the disk by both",
    { ...NONE, ephemeralStorage: 8 * GI },
    { "nodefs.available": { fraction: 0.5 } },
    [
      "systemReserved (ephemeral-storage=8Gi) and evictionHard (nodefs.available<5Gi) are together more than the ephemeral-storage=10Gi of this host: lower them",
    ],
  ],
  [
    "more processes",
    { ...NONE, pids: 1001 },
    {},
    ["systemReserved (pid=1001) is more than the pid=1000 of this host: lower it"],
  ],
])("what reserves %s", (_, systemReserved, evictionHard, problems) => {
  expect(reservationProblems({ systemReserved, evictionHard }, CAPACITY)).toEqual(problems);
});
