import { expect, test } from "vitest";
import { networkEvents } from "../../../src/report/events/network-events.ts";
import { NOW, runnable } from "../base.ts";

const waiting = { ...runnable(), networkProblem: "cni plugin not initialized" };

test("a pod that waits for the network has the kubelet's Event", () => {
  const [event] = networkEvents(waiting, NOW);
  expect([event?.type, event?.reason, event?.message]).toEqual([
    "Warning",
    "NetworkNotReady",
    "network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
  ]);
});

test("it is told again and again, and not at each run", () => {
  const occurrences = [0, 1000, 10 * 60_000].map((later) => networkEvents(waiting, NOW + later)[0]?.occurrence);
  expect(occurrences[1]).toBe(occurrences[0]);
  expect(occurrences[2]).not.toBe(occurrences[0]);
});

test("other pods have none", () => {
  expect(networkEvents(runnable(), NOW)).toEqual([]);
});
