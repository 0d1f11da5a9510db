import { describe, expect, test } from "vitest";
import { pullSteps } from "../../src/diff/pulls.ts";
import type { Pod } from "../../src/model/api/pod.ts";
import { type DesiredPull, NO_IMAGES } from "../../src/model/image/image.ts";
import type { Step } from "../../src/model/step.ts";
import type { Runnable } from "../../src/model/translation.ts";
import type { World } from "../../src/model/world.ts";
import { podOf, runnable } from "../translate/base.ts";

const pull = (key: string, change: Partial<DesiredPull> = {}): DesiredPull => ({
  ...{ key, name: `docker.io/library/${key}:1`, repository: `docker.io/library/${key}` },
  ...{ reserve: { bytes: 100, inodes: 50 }, isFirst: true, missing: [] },
  ...change,
});

function waiting(name: string, wanted: DesiredPull, change: Partial<Pod> = {}): Runnable {
  const pod = podOf({ image: wanted.key });
  const own = { ...pod, ...change, metadata: { ...pod.metadata, name, uid: name, ...change.metadata } };
  const translation = runnable(podOf({}));
  const containers = translation.containers.map(({ unit: _, ...container }) => ({ ...container, pull: wanted }));
  return { ...translation, pod: own, containers };
}

function steps(translations: readonly Runnable[], pulling: readonly string[] = [], complete = true): Step[] {
  const images = { ...NO_IMAGES, pulling: new Set(pulling) };
  return pullSteps({ images, pods: { complete, items: [] } } as unknown as World, translations);
}
/** Without its reason, which words.test.ts pins. */
function wordless(step: Step | undefined): object {
  const { because: _, ...rest } = { because: "", ...step };
  return rest;
}
const kinds = (of: readonly Step[]) => of.map((step) => (step.kind === "emit-event" ? step.event?.reason : step.kind));

describe("what is waited for", () => {
  test("is pulled, and its pod is told", () => {
    const [begun, told] = steps([waiting("one", pull("app"))]);
    expect(wordless(begun)).toEqual({ kind: "pull", uid: "", pull: pull("app") });
    expect(told?.event).toMatchObject({
      type: "Normal",
      reason: "Pulling",
      message: 'Pulling image "app"',
      fieldPath: "spec.containers{app}",
    });
  });

  test("for a volume is told of the pod, not of a container", () => {
    const translation = runnable(podOf({}));
    const imageVolumes = [{ volume: "v", reference: "files:1", pull: pull("files") }];
    const [begun, told] = steps([{ ...translation, imageVolumes }]);
    expect(begun).toMatchObject({ kind: "pull", pull: pull("files") });
    expect(told?.event).toEqual({
      pod: translation.pod,
      type: "Normal",
      reason: "Pulling",
      message: 'Pulling image "files:1"',
      occurrence: "files",
    });
  });

  test("for a volume and for a container is pulled once", () => {
    const imageVolumes = [{ volume: "v", reference: "app", pull: pull("app") }];
    expect(kinds(steps([{ ...waiting("one", pull("app")), imageVolumes }]))).toEqual(["pull", "Pulling", "Pulling"]);
  });

  test("is pulled once, though two pods are told", () => {
    expect(kinds(steps([waiting("one", pull("app")), waiting("two", pull("app"))]))).toEqual([
      "pull",
      "Pulling",
      "Pulling",
    ]);
  });

  test("is pulled with the credentials of whoever has some", () => {
    const [begun] = steps([waiting("one", pull("app")), waiting("two", pull("app", { auth: "{}", access: "a" }))]);
    expect(begun).toMatchObject({ pull: { auth: "{}" } });
  });

  test.for([
    [undefined, "a"],
    [1, "b"],
    [2, undefined],
    [3, "a"],
  ] as const)("after %j failures is pulled with the credentials of the next", ([failures, expected]) => {
    const failed = failures === undefined ? {} : { failures };
    const accesses = [undefined, "a", "b", "a"];
    const all = accesses.map((access, at) =>
      waiting(`pod-${at}`, pull("app", { ...failed, ...(access && { access, auth: access }) })),
    );
    const [begun] = steps(all);
    expect(begun).toMatchObject({ kind: "pull" });
    expect(begun?.kind === "pull" && begun.pull.access).toBe(expected);
  });

  test("is let go on when it is under way", () => {
    expect(steps([waiting("one", pull("app"), { status: { startTime: "2026-01-02T03:04:05Z" } })], ["app"])).toEqual(
      [],
    );
  });

  test("is told to a pod that comes meanwhile", () => {
    expect(kinds(steps([waiting("one", pull("app"))], ["app"]))).toEqual(["Pulling"]);
  });

  test("is tried without a Secret that is missing, which is told", () => {
    const all = steps([waiting("one", pull("app", { missing: ["gone"] }))]);
    expect(kinds(all)).toEqual(["pull", "FailedToRetrieveImagePullSecret", "Pulling"]);
  });
});

describe("what nobody waits for", () => {
  test("is stopped", () => {
    expect(steps([], ["app"]).map(wordless)).toEqual([{ kind: "cancel-pull", uid: "", key: "app" }]);
  });

  test("is stopped when its pod is deleted", () => {
    const metadata = { deletionTimestamp: "2026-01-02T03:04:05Z" } as Pod["metadata"];
    expect(kinds(steps([waiting("one", pull("app"), { metadata })], ["app"]))).toEqual(["cancel-pull"]);
  });

  test("goes on when a command has asked for it", () => {
    expect(steps([], ["command.app"])).toEqual([]);
  });

  test("goes on while nobody knows all pods", () => {
    expect(steps([], ["app"], false)).toEqual([]);
  });
});
