import { expect, test } from "vitest";
import { hostMemory } from "../../../src/io/host/host-memory.ts";

const KI = 1024;
/** MemAvailable, which the kubelet does not read, would be another number. */
const MEMINFO = `MemTotal:       24684096 kB
MemFree:        14191940 kB
MemAvailable:   22295776 kB
Buffers:          180220 kB
Cached:          7534472 kB
SwapCached:         1000 kB
Active(file):    2502784 kB
Inactive(file):  4677100 kB
SwapTotal:          4096 kB
SwapFree:           1096 kB
AnonPages:        722968 kB
Slab:            1693360 kB
Hugetlb:            2048 kB
`;

test("available is what the working set of the root cgroup leaves", () => {
  const workingSet = (722_968 + 7_534_472 + 180_220 + 1000 - 4_677_100) * KI;
  expect(hostMemory(MEMINFO)).toEqual({
    total: 24_684_096 * KI,
    workingSet,
    available: 24_684_096 * KI - workingSet,
    hugePages: 2048 * KI,
    swapTotal: 4096 * KI,
    swapUsed: 3000 * KI,
  });
});

test("counters that the kernel reads at different times make no working set below 0", () => {
  const { workingSet, available } = hostMemory("MemTotal: 9 kB\nCached: 1 kB\nInactive(file): 2 kB\n");
  expect({ workingSet, available }).toEqual({ workingSet: 0, available: 9 * KI });
});
