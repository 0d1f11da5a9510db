import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Container, Resources } from "../../../src/model/api/pod.ts";
import { cpuWeight, podResourceLines } from "../../../src/translate/resources/resources.ts";
import { forAll } from "../../support/fuzz.ts";
import { container, directive, pod, podOf } from "../base.ts";

type Amounts = Readonly<Record<string, string>>;

const asking = (requests: Amounts, limits: Amounts): Partial<Container> => ({ resources: { requests, limits } });

function directivesOf(resources: Resources) {
  const of = podOf({ resources });
  const names = ["CPUWeight", "CPUQuota", "MemoryMax", "MemorySwapMax", "OOMScoreAdjust"];
  return Object.fromEntries(
    names.map((name) => [name, directive(of, name)[0]]).filter(([, value]) => value !== undefined),
  );
}

describe("cpuWeight()", () => {
  // From runc's conversion: the ends of the range, and systemd's default of 100 for one CPU.
  const cases: [milli: number, weight: number][] = [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 2],
    [100, 17],
    [250, 35],
    [500, 59],
    [1000, 100],
    [4000, 303],
    [256_000, 10_000],
    [1_000_000_000, 10_000],
  ];

  test.for(cases)("of %d thousandths is %d", ([milli, weight]) => {
    expect(cpuWeight(milli)).toBe(weight);
  });

  test("grows with what is asked for, and is never one that systemd refuses", () => {
    forAll(fc.tuple(fc.nat(300_000), fc.nat(300_000)), ([a, b]) => {
      const [less, more] = [cpuWeight(Math.min(a, b)), cpuWeight(Math.max(a, b))];
      expect(less).toBeLessThanOrEqual(more);
      expect([less, more].every((weight) => Number.isInteger(weight) && weight >= 1 && weight <= 10_000)).toBe(true);
    });
  });
});

describe("directives of a container", () => {
  const cases: [string, Resources, object][] = [
    ["nothing asked for", {}, { CPUWeight: "1", MemorySwapMax: "0", OOMScoreAdjust: "1000" }],
    ["a cpu request", { requests: { cpu: "500m" } }, { CPUWeight: "59", MemorySwapMax: "0", OOMScoreAdjust: "999" }],
    [
      "a cpu limit is a request too",
      { limits: { cpu: "1" } },
      { CPUWeight: "100", CPUQuota: "100%", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "a limit of several cpus",
      { limits: { cpu: "2.5" } },
      { CPUWeight: "208", CPUQuota: "250%", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "a limit between whole percents",
      { limits: { cpu: "33m" } },
      { CPUWeight: "8", CPUQuota: "3.3%", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "a limit under the kernel's least",
      { limits: { cpu: "1m" } },
      { CPUWeight: "1", CPUQuota: "1%", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "a limit of no cpu is none",
      { limits: { cpu: "0" } },
      { CPUWeight: "1", MemorySwapMax: "0", OOMScoreAdjust: "1000" },
    ],
    [
      "a memory limit",
      { requests: { memory: "0" }, limits: { memory: "64Mi" } },
      { CPUWeight: "1", MemoryMax: "67108864", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "a memory limit that is no whole byte",
      { requests: { memory: "0" }, limits: { memory: "128m" } },
      { CPUWeight: "1", MemoryMax: "1", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "a memory limit beyond all computers",
      { requests: { memory: "0" }, limits: { memory: "1e30" } },
      { CPUWeight: "1", MemoryMax: "9007199254740991", MemorySwapMax: "0", OOMScoreAdjust: "999" },
    ],
    [
      "guaranteed",
      { limits: { cpu: "1", memory: "1Gi" } },
      { CPUWeight: "100", CPUQuota: "100%", MemoryMax: "1073741824", MemorySwapMax: "0", OOMScoreAdjust: "-997" },
    ],
  ];

  test.for(cases)("%s", ([, resources, expected]) => {
    expect(directivesOf(resources)).toEqual(expected);
  });
});

describe("directives of a pod's slice", () => {
  const NO_SWAP: [string, string] = ["MemorySwapMax", "0"];
  const one = asking({ cpu: "500m", memory: "1Gi" }, { cpu: "1", memory: "2Gi" });
  const free = {};

  const cases: [string, Partial<Container>[], Partial<Container>[], [string, string][]][] = [
    ["nothing asked for", [free], [], [["CPUWeight", "1"], NO_SWAP]],
    [
      "the sum of the containers",
      [one, one],
      [],
      [
        ["CPUWeight", "100"],
        ["CPUQuota", "200%"],
        ["MemoryMax", "4294967296"],
        ["MemorySwapMax", "0"],
      ],
    ],
    ["no limit where a container has none", [one, free], [], [["CPUWeight", "59"], NO_SWAP]],
    ["no limit where an init container has none", [one], [free], [["CPUWeight", "59"], NO_SWAP]],
    [
      "an init container that needs more",
      [one],
      [asking({ cpu: "2" }, { cpu: "3", memory: "1Gi" })],
      [
        ["CPUWeight", "174"],
        ["CPUQuota", "300%"],
        ["MemoryMax", "2147483648"],
        ["MemorySwapMax", "0"],
      ],
    ],
  ];

  test.for(cases)("%s", ([, containers, inits, expected]) => {
    const of = pod({
      containers: containers.map((change, at) => container({ ...change, name: `c${at}` })),
      initContainers: inits.map((change, at) => container({ ...change, name: `i${at}` })),
    });
    expect(podResourceLines(of, {}, { swap: 0 })).toEqual(expected);
  });
});

test.each([
  ["20m", "20"],
  ["250m", "256"],
  ["1", "1024"],
  ["1m", "2"],
])("a cpu request of %s is written on cgroup v1 as the kubelet's %s shares", (cpu, shares) => {
  const of = pod({ containers: [container({ resources: { requests: { cpu } } })] });
  expect(podResourceLines(of, { hasCPUShares: true }, { swap: 0 })).toEqual([
    ["CPUShares", shares],
    ["MemorySwapMax", "0"],
  ]);
});
