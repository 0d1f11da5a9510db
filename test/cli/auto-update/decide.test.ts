import { expect, test } from "vitest";
import { changesOf, findingsOf } from "../../../src/cli/auto-update/decide.ts";
import { updateTargets } from "../../../src/cli/auto-update/targets.ts";
import { begun, ended, isInTrial, resumed, returning } from "../../../src/cli/auto-update/transitions.ts";
import type { AutoUpdateState } from "../../../src/model/auto-update.ts";
import { Host, NOW } from "../../workloads/base.ts";
import { IMAGE, NEW, NEWER, OLD, pinned, running, webPod, webWorkload } from "./base.ts";

const answers = (digest: string) => new Map([[IMAGE, { digest }]]);
const change = { container: "main", image: IMAGE, from: OLD, to: NEW };

/** The target of the pod, with what is remembered of it. */
function target(state?: AutoUpdateState, pod = webPod(running())) {
  const states = state === undefined ? [] : [state];
  const [own] = updateTargets({ pods: pinned(states, [], [pod]).pods }, states);
  if (own === undefined) throw new Error("no target");
  return own;
}

const updatedOf = (...args: Parameters<typeof findingsOf>) =>
  findingsOf(...args).map(({ updated, because }) => (because === undefined ? updated : `${updated}: ${because}`));

test("another digest of the tag is an update", () => {
  expect(updatedOf(target(), answers(NEW), false)).toEqual(["pending"]);
  expect(changesOf(target(), answers(NEW), false)).toEqual([change]);
});

test("the digest that runs is none", () => {
  expect(updatedOf(target(), answers(OLD), false)).toEqual(["false"]);
  expect(changesOf(target(), answers(OLD), false)).toEqual([]);
});

test("a registry that does not answer changes nothing", () => {
  expect(updatedOf(target(), new Map([[IMAGE, { because: "no route to host" }]]), false)).toEqual([
    "failed: no route to host",
  ]);
  expect(changesOf(target(), new Map([[IMAGE, { because: "no route to host" }]]), false)).toEqual([]);
});

test.each([
  [`registry.example/web:v1@${OLD}`, "its image has a digest, so it always means the same files"],
  ["host", "its image is no image of a registry"],
  ["deb://nginx", "its image is no image of a registry"],
])("%s is never updated", (image, because) => {
  expect(updatedOf(target(undefined, webPod(running({ image }), image)), answers(NEW), false)).toEqual([
    `-: ${because}`,
  ]);
});

test("a pod without a container that has run is left alone", () => {
  expect(updatedOf(target(undefined, webPod()), answers(NEW), false)).toEqual(["-: it does not run yet"]);
});

test("a pod without the annotation is no target", () => {
  const { annotations: _, ...metadata } = webPod().metadata;
  expect(updateTargets({ pods: [{ ...webPod(), metadata }] }, [])).toEqual([]);
});

test("a paused Deployment is left alone", () => {
  const objects = [webWorkload("Deployment", { paused: true })];
  const [own] = updateTargets({ pods: [], workloads: { objects, states: new Host().run(objects).states } }, []);
  expect(own && updatedOf(own, answers(NEW), false)).toEqual(["-: the Deployment is paused"]);
});

test("a workload is at the image of its oldest pod", () => {
  const workload = webWorkload("StatefulSet", { replicas: 2, podManagementPolicy: "Parallel" });
  const host = new Host().run([workload]).set(running({ digest: NEW }));
  host.states = host.states.map((state) => ({
    ...state,
    pods: state.pods.map((each) => {
      if (each.ordinal === 0) return each;
      const metadata = { ...each.pod.metadata, creationTimestamp: new Date(NOW - 60_000).toISOString() };
      return { ...each, pod: { ...each.pod, metadata, status: running() } };
    }),
  }));
  const [own] = updateTargets({ pods: [], workloads: { objects: [workload], states: host.states } }, []);
  expect(own && changesOf(own, answers(NEW), false)).toEqual([change]);
});

test("after an update the new digest runs, and the next one is compared with it", () => {
  const state = ended(begun(target(), [change], 0, NOW), "updated", undefined, NOW);
  expect(state).toEqual({
    ...{ kind: "Pod", namespace: "default", name: "web" },
    containers: { main: { image: IMAGE, digest: NEW, first: OLD } },
    last: { at: NOW, result: "updated", changes: [change] },
  });
  expect(updatedOf(target(state), answers(NEW), false)).toEqual(["false"]);
  expect(changesOf(target(state), answers(NEWER), false)).toEqual([{ ...change, from: NEW, to: NEWER }]);
});

test("imagePullPolicy: Never ends updates, also after one", () => {
  const state = ended(begun(target(), [change], 0, NOW), "updated", undefined, NOW);
  const pod = webPod(running());
  const containers = pod.spec.containers.map((each) => ({ ...each, imagePullPolicy: "Never" }));
  const own = target(state, { ...pod, spec: { containers } });
  expect(updatedOf(own, answers(NEWER), false)).toEqual(["-: its imagePullPolicy is Never"]);
  expect(changesOf(own, answers(NEWER), false)).toEqual([]);
});

test("a digest that was rolled back is not tried again, but another one and with --retry", () => {
  const trial = returning(begun(target(), [change], 0, NOW), "it crashes", 0, NOW);
  const state = ended(trial, "rolled back", "it crashes", NOW);
  expect(state.containers.main).toEqual({ image: IMAGE, digest: OLD, first: OLD, failed: NEW });
  expect(updatedOf(target(state), answers(NEW), false)).toEqual([
    `failed: ${NEW} was rolled back: it crashes. Push another image, or try again with --retry`,
  ]);
  expect(changesOf(target(state), answers(NEW), false)).toEqual([]);
  expect(changesOf(target(state), answers(NEW), true)).toEqual([change]);
  expect(changesOf(target(state), answers(NEWER), false)).toEqual([{ ...change, to: NEWER }]);
});

test("a container whose name each object has keeps its image when another one returns", () => {
  const pin = { image: IMAGE, digest: OLD, first: OLD };
  const state = begun(target(), [change], 0, NOW);
  const both = { ...state, containers: { ...state.containers, ...Object.fromEntries([["constructor", pin]]) } };
  expect(Object.entries(returning(both, "it crashes", 0, NOW).containers)).toEqual([
    ["main", { ...pin, failed: NEW }],
    ["constructor", pin],
  ]);
});

test("a manifest with another tag knows nothing of earlier updates", () => {
  const state = ended(begun(target(), [change], 0, NOW), "updated", undefined, NOW);
  const image = "registry.example/web:v2";
  const other = target(state, webPod(running({ image }), image));
  expect(changesOf(other, new Map([[image, { digest: NEW }]]), false)).toEqual([{ ...change, image }]);
  expect(begun(other, [{ ...change, image }], 0, NOW).containers).toEqual({
    main: { image, digest: NEW, first: OLD },
  });
});

test("an update that is interrupted again and again is given up", () => {
  const first = begun(target(), [change], 0, NOW);
  const second = resumed(first, 2, NOW + 1000);
  expect(second?.trial).toMatchObject({ attempts: 2, restarts: 2, since: NOW + 1000 });
  const third = second && resumed(second, 3, NOW + 2000);
  expect(third && resumed(third, 4, NOW + 3000)).toBe(undefined);
  expect(third && isInTrial(third)).toBe(true);
});
