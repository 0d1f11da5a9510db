import { expect, test } from "vitest";
import { diff } from "../../src/diff/diff.ts";
import type { PodStatus } from "../../src/model/api/pod.ts";
import { pod, runnable } from "../translate/base.ts";
import { DEAD, exit, unitName, up, withPast, withPods, withUnit } from "./base.ts";

const APP = unitName("app");
const DOWN = withUnit(withPast(up(pod()), "app", { exits: [exit(1)] }), APP, { state: DEAD, invocation: undefined });

/** What is told when the container starts again, of a pod whose network now has these addresses. */
function toldWith(addresses: readonly string[], status: Pick<PodStatus, "podIPs">): readonly string[] {
  const world = withPods(DOWN, (of) => ({ ...of, status: { ...of.status, ...status } }));
  const network = { addresses, isHost: false, namespacePath: "/run/net" };
  const steps = diff(
    world,
    world.pods.items.map((each) => ({ ...runnable(each), network })),
  );
  return steps.flatMap((step) => ("unit" in step && step.unit === APP ? [step.event?.reason ?? step.kind] : []));
}

// A container with a long grace period is still running for the API server when the sandbox has its new network.
test.for([
  ["another address", [{ ip: "10.86.0.2" }]],
  ["an address again", []],
] as const)("a pod that a run gives %s starts again, and nobody is said to have stopped it", ([, podIPs]) => {
  expect(toldWith(["10.90.0.2"], { podIPs })).toEqual(["start"]);
});

test("a pod that keeps its address was stopped on the host", () => {
  expect(toldWith(["10.86.0.2"], { podIPs: [{ ip: "10.86.0.2" }] })).toEqual(["Drift"]);
});
