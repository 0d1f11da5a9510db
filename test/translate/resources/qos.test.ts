import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Container } from "../../../src/model/api/pod.ts";
import { oomScoreAdjust, qosClass } from "../../../src/translate/resources/resources.ts";
import { forAll } from "../../support/fuzz.ts";
import { container, directive, pod } from "../base.ts";

type Amounts = Readonly<Record<string, string>>;

const asking = (requests: Amounts, limits: Amounts): Partial<Container> => ({ resources: { requests, limits } });

describe("qosClass() agrees with the kubelet's table", () => {
  const full = { cpu: "100m", memory: "100Mi" };
  const guaranteed = asking(full, full);
  const cases: [string, string, Partial<Container>[], Partial<Container>[]?][] = [
    ["guaranteed", "Guaranteed", [guaranteed]],
    ["guaranteed, guaranteed", "Guaranteed", [guaranteed, guaranteed]],
    ["as little as can be", "Guaranteed", [asking({}, { cpu: "1m", memory: "1" })]],
    ["limits alone", "Guaranteed", [asking({}, full)]],
    ["nothing", "BestEffort", [{}]],
    ["nothing, nothing", "BestEffort", [{}, {}]],
    ["nothing, some", "Burstable", [{}, asking({ cpu: "1" }, { cpu: "2" })]],
    ["nothing, guaranteed", "Burstable", [{}, guaranteed]],
    ["guaranteed memory only", "Burstable", [asking({ memory: "100Mi" }, { memory: "100Mi" })]],
    ["no limits", "Burstable", [asking(full, {})]],
    [
      "some, guaranteed",
      "Burstable",
      [asking({ cpu: "1", memory: "100Mi" }, { cpu: "2", memory: "100Mi" }), guaranteed],
    ],
    ["sums that match by chance", "Burstable", [asking(full, { cpu: "200m", memory: "200Mi" }), asking(full, {})]],
    ["requests of nothing", "Burstable", [asking({ cpu: "0", memory: "0" }, full)]],
    ["amounts of nothing", "BestEffort", [asking({ cpu: "0", memory: "0" }, { cpu: "0", memory: "0" })]],
    ["other resources", "BestEffort", [asking({ "ephemeral-storage": "1Gi" }, { "ephemeral-storage": "1Gi" })]],
    ["an init container with some", "Burstable", [{}], [asking({ cpu: "10m" }, { cpu: "100m" })]],
    ["an init container with none", "Burstable", [guaranteed], [{}]],
  ];

  test.for(cases)("%s", ([, expected, containers, inits = []]) => {
    const of = pod({
      containers: containers.map((each) => container(each)),
      initContainers: inits.map((each) => container(each)),
    });
    expect(qosClass(of)).toBe(expected);
  });
});

describe("oomScoreAdjust() agrees with the kubelet's table", () => {
  const MEMORY = 8_000_000_000;
  const cases: [string, "Guaranteed" | "Burstable" | "BestEffort", number, number][] = [
    ["guaranteed", "Guaranteed", 10_000_000_000, -997],
    ["best effort", "BestEffort", 0, 1000],
    ["no memory asked for", "Burstable", 0, 999],
    ["half of the memory", "Burstable", MEMORY / 2, 500],
    ["an eighth of the memory and a little", "Burstable", MEMORY * 0.1255, 875],
    ["an eighth of the memory", "Burstable", MEMORY / 8, 875],
    ["nearly all of the memory", "Burstable", MEMORY - 1, 3],
    ["more than the memory", "Burstable", MEMORY * 2, 3],
    ["next to nothing", "Burstable", 1, 999],
  ];

  test.for(cases)("%s", ([, qos, request, expected]) => {
    expect(oomScoreAdjust(qos, request, MEMORY)).toBe(expected);
  });

  const critical = { priorityClassName: "system-node-critical", priority: 2_000_001_000 };

  test.for([
    ["is critical for its node", critical, "-997"],
    ["is just critical enough", { ...critical, priority: 2_000_000_000 }, "-997"],
    ["is critical for its cluster", { ...critical, priorityClassName: "system-cluster-critical" }, "1000"],
    ["only says that it is", { ...critical, priority: 0 }, "1000"],
  ] as const)("of a pod that %s", ([, spec, expected]) => {
    expect(directive(pod(spec), "OOMScoreAdjust")).toEqual([expected]);
  });

  test("is a number that the kernel takes, also on a host whose memory is not known", () => {
    forAll(
      fc.tuple(fc.constantFrom("Guaranteed", "Burstable", "BestEffort"), fc.nat(2 ** 31), fc.nat(2 ** 31)),
      ([qos, request, total]) => {
        const score = oomScoreAdjust(qos, request, total);
        expect(Number.isInteger(score) && score >= -1000 && score <= 1000).toBe(true);
      },
    );
  });
});
