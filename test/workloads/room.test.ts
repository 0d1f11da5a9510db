import { describe, expect, test } from "vitest";
import { document, endedWith, Host, NOW, parsed, V2 } from "./base.ts";

const message = (field: string) =>
  `spec.${field}: maxPods of the configuration is 3, so no more of 1000000 pods run: write a lower number, or raise maxPods`;

test.each([
  ["Deployment", { replicas: 1_000_000 }, 1_000_000, message("replicas")],
  ["StatefulSet", { replicas: 1_000_000, podManagementPolicy: "Parallel" }, 1_000_000, message("replicas")],
  ["Job", { parallelism: 1_000_000, completions: 2_000_000 }, 2_000_000, message("parallelism")],
  ["Job", { parallelism: 1_000_000, completions: 3 }, 3, undefined],
] as const)("a %s of a million pods has as many as the host accepts: %#", (kind, spec, wanted, problem) => {
  const host = new Host().run([parsed(document(kind, spec))], { maxPods: 3 });
  expect([host.pods.length, host.states[0]?.wanted, host.states[0]?.problem]).toEqual([3, wanted, problem]);
});

test("a Job that has ended has got what it asked for", () => {
  const job = parsed(document("Job", { parallelism: 2, completions: 2 }));
  const host = new Host();
  for (let pod = 0; pod < 2; pod++) host.run([job], { maxPods: 1 }).set(endedWith("Succeeded", NOW));
  expect(host.run([job], { maxPods: 1 }).states[0]).toMatchObject({ job: { end: { type: "Complete" } } });
  expect(host.states[0]?.problem).toBeUndefined();
});

describe("a rollout without room for the pods of maxSurge", () => {
  const spec = (maxUnavailable: number) => ({
    replicas: 3,
    strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable } },
  });
  const rolled = (maxUnavailable: number, maxPods: number) => {
    const host = new Host().run([parsed(document("Deployment", spec(maxUnavailable)))], { maxPods }).ready();
    return host.run([parsed(document("Deployment", spec(maxUnavailable), V2))], { maxPods });
  };
  const counts = ({ names }: Host) => [names.length, names.filter((name) => name.endsWith("ends")).length];

  test("ends one pod before the next one starts, as if both limits were 0", () => {
    expect(counts(rolled(0, 3))).toEqual([3, 1]);
  });

  test("ends maxUnavailable pods, if that is more", () => {
    expect(counts(rolled(2, 3))).toEqual([3, 2]);
  });

  test("adds as many pods as there is room for", () => {
    expect(counts(rolled(0, 4))).toEqual([4, 0]);
  });
});
