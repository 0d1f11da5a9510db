import { expect, test } from "vitest";
import type { Config } from "../../../src/model/host/config.ts";
import { updateProblems } from "../../../src/translate/annotations/update-problems.ts";
import { container, pod } from "../base.ts";

const ASKS = { "unitlet.dev/auto-update": "registry" };
const IMAGE = container({ image: "registry.example/web:v1" });
const HOST = container({ name: "other", image: "host" });

type Result = readonly [severity: string, path: string, because: string];

function problems(annotations: Readonly<Record<string, string>>, spec: object = {}, more: object = {}): Result[] {
  const of = pod({ containers: [IMAGE], ...spec }, { annotations, ...more });
  return updateProblems(of, {}).map(({ severity, path, because }) => [severity, path, because]);
}

test("a pod with an image of a registry by tag has none", () => {
  expect(problems(ASKS)).toEqual([]);
});

test("a pod without the annotation has none", () => {
  expect(problems({ "unitlet.dev/notify": "no" }, { containers: [HOST] })).toEqual([]);
});

test("on a node of a cluster the annotation has no effect", () => {
  const cluster = {} as NonNullable<Config["cluster"]>;
  expect(updateProblems(pod({ containers: [IMAGE] }, { annotations: ASKS }), { cluster })).toEqual([
    {
      severity: "ignore",
      path: "metadata.annotations[unitlet.dev/auto-update]",
      because: "has no effect on a node of a cluster, which says what its pods run",
      remedy: "use kubectl set image, or kubectl rollout restart with imagePullPolicy: Always",
    },
  ]);
});

test("a pod of a Job is never updated", () => {
  const ownerReferences = [{ apiVersion: "batch/v1", kind: "Job", name: "once", uid: "1" }];
  expect(problems(ASKS, {}, { ownerReferences })).toEqual([
    [
      "ignore",
      "metadata.annotations[unitlet.dev/auto-update]",
      "has no effect on the pods of a Job, which end by themselves",
    ],
  ]);
});

test("an annotation for the pod that has no effect on some containers is a note", () => {
  expect(problems(ASKS, { containers: [IMAGE, HOST] })).toEqual([
    [
      "note",
      "metadata.annotations[unitlet.dev/auto-update]",
      "has no effect on container other: its image is no image of a registry",
    ],
  ]);
});

test.each<[string, Readonly<Record<string, string>>, object, string]>([
  ["no container", ASKS, { containers: [HOST] }, "other: its image is no image of a registry"],
  [
    "a container of its own",
    { "unitlet.dev/auto-update.other": "registry" },
    { containers: [IMAGE, HOST] },
    "other: its image is no image of a registry",
  ],
  [
    "a container that never pulls",
    ASKS,
    { containers: [{ ...IMAGE, imagePullPolicy: "Never" }] },
    "app: its imagePullPolicy is Never",
  ],
  [
    "an init container of a pod of the directory",
    { "unitlet.dev/auto-update.app": "registry" },
    { initContainers: [IMAGE], containers: [HOST] },
    "app: it is an init container, which does not run again",
  ],
])("one that has an effect on no container is ignored with an Event: %s", (_, annotations, spec, words) => {
  const path = `metadata.annotations[${Object.keys(annotations)[0]}]`;
  expect(problems(annotations, spec)).toEqual([["ignore", path, `has no effect on container ${words}`]]);
});
