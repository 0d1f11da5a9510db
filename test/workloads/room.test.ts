import { expect, test } from "vitest";
import { document, endedWith, Host, NOW, parsed } from "./base.ts";

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
