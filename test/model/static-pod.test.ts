import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/model/api/pod.ts";
import {
  apiReference,
  isMirrorOf,
  isMirrorPod,
  isStaticPod,
  shownPod,
  toMirrorPod,
  toStaticPod,
  withApiSource,
} from "../../src/model/static-pod.ts";

const MANIFEST: Pod = {
  metadata: { name: "web", namespace: "shop", uid: "u1", labels: { app: "web" }, annotations: { color: "blue" } },
  spec: { containers: [{ name: "main", image: "host" }], nodeName: "edge" },
};
const STATIC = toStaticPod(MANIFEST, "edge");

test("a static pod has the node in its name, its UID as a hash, and tolerates what evicts", () => {
  expect(STATIC).toEqual({
    metadata: {
      ...MANIFEST.metadata,
      name: "web-edge",
      annotations: { color: "blue", "kubernetes.io/config.hash": "u1", "kubernetes.io/config.source": "file" },
    },
    spec: { ...MANIFEST.spec, tolerations: [{ operator: "Exists", effect: "NoExecute" }] },
  });
  expect(isStaticPod(STATIC)).toBe(true);
});

test("no annotation of its owner makes a pod of the API server a static one", () => {
  const forged: Pod = {
    ...MANIFEST,
    metadata: { ...MANIFEST.metadata, annotations: STATIC.metadata.annotations ?? {} },
  };
  expect(isStaticPod(withApiSource(forged))).toBe(false);
});

test("a mirror pod belongs to the Node and has neither UID nor status", () => {
  const mirror = toMirrorPod(STATIC, { name: "edge", uid: "n1" });
  expect(mirror).toEqual({
    metadata: {
      name: "web-edge",
      namespace: "shop",
      labels: { app: "web" },
      annotations: { ...STATIC.metadata.annotations, "kubernetes.io/config.mirror": "u1" },
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "edge", uid: "n1", controller: true }],
    },
    spec: STATIC.spec,
  });
  expect([isMirrorPod(mirror), isMirrorPod(STATIC), isMirrorOf(mirror, STATIC)]).toEqual([true, false, true]);
});

test("a mirror pod of another manifest is none of this one", () => {
  const mirror = toMirrorPod(STATIC, { name: "edge", uid: "n1" });
  expect(isMirrorOf(mirror, { ...STATIC, metadata: { ...STATIC.metadata, uid: "u2" } })).toBe(false);
});

test("a mirror pod has the UID of its static pod on the host", () => {
  const { metadata, spec } = toMirrorPod(STATIC, { name: "edge", uid: "n1" });
  const mirror: Pod = { metadata: { ...metadata, uid: "m1" }, spec };
  expect(shownPod(mirror, new Set(["u1"]))).toEqual({ ...mirror, metadata: { ...mirror.metadata, uid: "u1" } });
});

test.each(["u2", "../u1", "", "u1/.."])("the annotation %j is no UID of a pod with units of this name", (uid) => {
  const annotations = { "kubernetes.io/config.mirror": uid };
  const forged: Pod = { ...STATIC, metadata: { ...STATIC.metadata, annotations } };
  expect(shownPod(forged, new Set(["u1"]))).toBe(forged);
});

describe("references to objects of the API server", () => {
  test.each<[object, string | undefined]>([
    [{}, undefined],
    [{ serviceAccountName: "web" }, "spec.serviceAccountName"],
    [{ imagePullSecrets: [{ name: "a" }] }, "spec.imagePullSecrets"],
    [{ imagePullSecrets: [] }, undefined],
    [
      {
        volumes: [
          { name: "a", emptyDir: {} },
          { name: "b", secret: { secretName: "b" } },
        ],
      },
      "spec.volumes[1].secret",
    ],
    [{ volumes: [{ name: "a", configMap: { name: "a" } }] }, "spec.volumes[0].configMap"],
    [
      { volumes: [{ name: "a", projected: { sources: [{ downwardAPI: {} }, { serviceAccountToken: {} }] } }] },
      "spec.volumes[0].projected.sources[1]",
    ],
    [{ volumes: [{ name: "a", projected: { sources: [{ downwardAPI: {} }] } }] }, undefined],
    [
      {
        containers: [
          {
            name: "a",
            env: [
              { name: "A", value: "1" },
              { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
            ],
          },
        ],
      },
      "spec.containers[0].env[1].valueFrom",
    ],
    [
      { containers: [{ name: "a", env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }] }] },
      undefined,
    ],
    [{ initContainers: [{ name: "a", envFrom: [{ configMapRef: { name: "c" } }] }] }, "spec.initContainers[0].envFrom"],
  ])("%j: %s", (spec, field) => {
    expect(apiReference({ ...STATIC, spec: { ...STATIC.spec, ...spec } as Pod["spec"] })).toBe(field);
  });
});
