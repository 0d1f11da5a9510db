import { describe, expect, test } from "vitest";
import { evictions } from "../../../src/translate/eviction/evict.ts";
import { evicted, MI, running, using, world } from "./base.ts";

const NO_MEMORY = { memoryAvailable: 50 * MI };
const LOW = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ";

describe("a deleted pod with a long grace period", () => {
  const leaving = { deletionTimestamp: "2026-02-01T00:00:00Z", deletionGracePeriodSeconds: 2_592_000 };
  const base = running("a", {}, { terminationGracePeriodSeconds: 2_592_000 });
  const deleted = { ...base, metadata: { ...base.metadata, ...leaving } };
  const state = { units: new Map([["u", { invocation: "0", identity: { podUID: "a" } }]]) };
  const directories = new Map([["a", { stoppingSince: 0, stoppingGrace: 2_592_000 }]]);
  const usage = (own: number) => ({ a: using(own), b: using(500) });

  test.each([
    [59_999, []],
    [60_000, ["b"]],
  ])("keeps others from eviction for a minute: %i ms after it was stopped", (now, uids) => {
    const change = { ...state, directories, now };
    expect(Object.keys(evicted([deleted, running("b")], usage(100), NO_MEMORY, change))).toEqual(uids);
  });

  test("is evicted itself, and at once, when it uses most", () => {
    const change = { ...state, directories, now: 60_000 };
    const ended = evictions(world([deleted, running("b")], usage(900), NO_MEMORY, change)).get("a")?.ended;
    expect(ended).toEqual({ disruption: expect.stringContaining(LOW), signal: "memory.available", immediate: true });
  });

  test.each([
    [99_999, ["b"]],
    [100_000, ["a"]],
  ])("has the grace period of a soft threshold: %i ms after it was stopped", (now, uids) => {
    const key = `memory.available<${300 * MI}/1000`;
    const pressureHistory = { at: now, since: { [key]: 0 }, active: [], conditions: {} };
    const pods = [deleted, running("b")];
    const made = world(
      pods,
      usage(900),
      { memoryAvailable: 200 * MI, pressureHistory },
      { ...state, directories, now },
    );
    const config = {
      ...made.config,
      evictionSoft: { "memory.available": { quantity: 300 * MI } },
      evictionSoftGracePeriod: { "memory.available": 1000 },
      evictionMaxPodGracePeriod: 100,
    };
    expect([...evictions({ ...made, config }).keys()]).toEqual(uids);
  });
});
