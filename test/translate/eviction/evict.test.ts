import { describe, expect, test } from "vitest";
import type { Pod, Resources } from "../../../src/model/api/pod.ts";
import { evictions } from "../../../src/translate/eviction/evict.ts";
import { container, pod } from "../base.ts";
import { evicted, MI, running, using, world } from "./base.ts";

const NO_MEMORY = { memoryAvailable: 50 * MI };
const LOW = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ";

const asking = (memory: string): Resources => ({ requests: { memory } });

test("nobody goes while there is enough", () => {
  expect(evicted([running("a")], { a: using(500) }, {})).toEqual({});
});

test("a pod that goes is ended at once, for the sake of the host", () => {
  const only = running("a");
  const message = `${LOW}Container app was using 500Mi, request is 0, has larger consumption of memory. `;
  expect(evictions(world([only], { a: using(500) }, NO_MEMORY)).get("a")).toEqual({
    kind: "rejected",
    pod: only,
    reason: "Evicted",
    message,
    qosClass: "BestEffort",
    ended: { disruption: message, signal: "memory.available", immediate: true },
  });
});

test("all pods together at the limit of their slice: one goes as for want of memory of the host, by a signal of its own", () => {
  const podsMemory = { limit: 1000 * MI, workingSet: 950 * MI };
  const message = `${LOW}Container app was using 500Mi, request is 0, has larger consumption of memory. `;
  const { ended } = evictions(world([running("a")], { a: using(500) }, { podsMemory })).get("a") ?? {};
  expect(ended).toEqual({ disruption: message, signal: "allocatableMemory.available", immediate: true });
});

test.each<[own: number | undefined, most: number, seconds: number]>([
  [undefined, 40, 40],
  [30, 40, 30],
  [30, 20, 20],
  [30, 0, 1],
])("a pod with a grace period of %j s has %i s at most when a soft threshold evicts it: %i s", (own, most, seconds) => {
  const soft = {
    evictionSoft: { "memory.available": { quantity: 300 * MI } },
    evictionSoftGracePeriod: { "memory.available": 1000 },
    evictionMaxPodGracePeriod: most,
  };
  const key = `memory.available<${300 * MI}/1000`;
  const pressureHistory = { at: 0, since: { [key]: 0 }, active: [], conditions: {} };
  const only = running("a", {}, own === undefined ? {} : { terminationGracePeriodSeconds: own });
  const base = world([only], { a: using(500) }, { memoryAvailable: 200 * MI, pressureHistory });
  const config = { ...base.config, ...soft };
  expect(evictions({ ...base, now: 999, config }).size).toBe(0);
  const { ended, message } = evictions({ ...base, now: 1000, config }).get("a") ?? {};
  expect(message).toContain("Threshold quantity: 300Mi, available: 200Mi. ");
  expect(ended).toEqual({ disruption: message, signal: "memory.available", immediate: false, grace: seconds });
});

describe("for want of memory one goes:", () => {
  const cases: [string, Pod, Pod, number, number][] = [
    ["who uses more than it asked for", running("a", asking("100Mi")), running("b", asking("1Gi")), 200, 900],
    ["who is less important", running("a"), running("b", {}, { priority: 5 }), 100, 900],
    ["who uses more beyond what it asked for", running("a"), running("b", asking("800Mi")), 200, 900],
  ];

  test.for(cases)("%s", ([, first, second, a, b]) => {
    expect(Object.keys(evicted([second, first], { a: using(a), b: using(b) }, NO_MEMORY))).toEqual(["a"]);
  });
});

test("who uses no more than it asked for is not blamed", () => {
  expect(evicted([running("a", asking("1Gi"))], { a: using(500) }, NO_MEMORY)).toEqual({ a: LOW });
});

test.for<[string, Pod]>([
  ["is critical", running("a", {}, { priority: 2_000_000_000 })],
  ["has ended", running("a", {}, {}, { phase: "Succeeded" })],
  ["was not let in yet", pod({}, { name: "a", uid: "a" })],
])("a pod that %s stays", ([, only]) => {
  expect(evicted([only], { a: using(500) }, NO_MEMORY)).toEqual({});
});

test("the next one goes only when the last one has gone", () => {
  const before = running("a", {}, {}, { phase: "Failed", reason: "Evicted" });
  const unit = { invocation: "0", identity: { podUID: "a" } };
  const pods = [before, running("b")];
  expect(evicted(pods, { b: using(500) }, NO_MEMORY, { units: new Map([["u", unit]]) })).toEqual({});
  expect(Object.keys(evicted(pods, { b: using(500) }, NO_MEMORY))).toEqual(["b"]);
});

test.each([
  [59_999, []],
  [60_000, ["b"]],
])("the next one goes %i ms after the last one was stopped, though that has files", (now, uids) => {
  const before = running("a", {}, {}, { phase: "Failed", reason: "Evicted" });
  const directories = new Map([["a", { stoppingSince: 0 }]]);
  expect(Object.keys(evicted([before, running("b")], { b: using(500) }, NO_MEMORY, { directories, now }))).toEqual(
    uids,
  );
});

test("for want of processes goes who has most of them", () => {
  const host = { pidsMax: 1000, pidsUsed: 960 };
  const usage = { a: using(1, { processes: 10 }), b: using(900, { processes: 5 }) };
  expect(evicted([running("a"), running("b")], usage, host)).toEqual({
    a: "The node was low on resource: pids. Threshold quantity: 50, available: 40. ",
  });
});

test("for want of disk goes who takes most of it beyond what it asked for", () => {
  const host = { diskTotal: 1000 * MI, diskAvailable: 50 * MI };
  const asks = { requests: { "ephemeral-storage": "300Mi" } };
  const usage = { a: using(1, { disk: 200 * MI }), b: using(1, { disk: 350 * MI }) };
  expect(evicted([running("a"), running("b", asks)], usage, host)).toEqual({
    a: "The node was low on resource: ephemeral-storage. Threshold quantity: 100Mi, available: 50Mi. ",
  });
});

const LIMITED = container({ resources: { limits: { "ephemeral-storage": "10Mi" } } });

describe("whatever the host has, a pod goes", () => {
  const scratch = { volumes: [{ name: "scratch", emptyDir: { sizeLimit: "10Mi" } }] };

  test("when a volume outgrows its limit", () => {
    const usage = { a: using(1, { disk: 11 * MI, volumes: new Map([["scratch", 11 * MI]]) }) };
    expect(evicted([running("a", {}, scratch)], usage, {})).toEqual({
      a: 'Usage of EmptyDir volume "scratch" exceeds the limit "10Mi". ',
    });
  });

  test("not while the volume is within it", () => {
    const usage = { a: using(1, { disk: 10 * MI, volumes: new Map([["scratch", 10 * MI]]) }) };
    expect(evicted([running("a", {}, scratch)], usage, {})).toEqual({});
  });

  test("when all its volumes outgrow the limits of its containers", () => {
    const limited = running("a", { limits: { "ephemeral-storage": "10Mi" } });
    expect(evicted([limited], { a: using(1, { disk: 11 * MI }) }, {})).toEqual({
      a: `Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. `,
    });
  });

  test.for<[what: string, change: object, most: number]>([
    ["those that have one", { containers: [LIMITED, { name: "free" }, LIMITED] }, 20],
    [
      "those and the sidecars",
      { containers: [LIMITED], initContainers: [{ ...LIMITED, restartPolicy: "Always" }] },
      20,
    ],
    ["the largest init container, if that is more", { containers: [{ name: "free" }], initContainers: [LIMITED] }, 10],
  ])("when all its volumes outgrow the limit of %s", ([, change, most]) => {
    const limited = running("a", {}, change);
    expect(evicted([limited], { a: using(1, { disk: most * MI }) }, {})).toEqual({});
    expect(evicted([limited], { a: using(1, { disk: most * MI + 1 }) }, {})).toEqual({
      a: `Pod ephemeral local storage usage exceeds the total limit of containers ${most}Mi. `,
    });
  });

  test("when a container with a limit exceeds it, though another has none", () => {
    const pod = running("a", { limits: { "ephemeral-storage": "10Mi" } });
    const [first] = pod.spec.containers;
    const two = { ...pod, spec: { ...pod.spec, containers: [first, { name: "free" }] } } as typeof pod;
    const disk = (bytes: number) => using(1, { disk: 10 * MI, containerDisk: new Map([[first?.name ?? "", bytes]]) });
    expect(evicted([two], { a: disk(11 * MI) }, {})).toEqual({
      a: `Container ${first?.name} exceeded its local ephemeral storage limit "10Mi". `,
    });
    expect(evicted([two], { a: disk(10 * MI) }, {})).toEqual({});
  });
});
