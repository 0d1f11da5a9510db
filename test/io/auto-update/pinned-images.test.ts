import { expect, test } from "vitest";
import type { AutoUpdateState } from "../../../src/model/auto-update.ts";
import { IMAGE, NEW, OLD, pinned, webPod, webWorkload } from "../../cli/auto-update/base.ts";

const STATE: AutoUpdateState = {
  ...{ kind: "Pod", namespace: "default", name: "web" },
  containers: { main: { image: IMAGE, digest: NEW, first: OLD } },
};
const OF_DEPLOYMENT: AutoUpdateState = { ...STATE, kind: "Deployment" };

test("a pod runs the digest, and its UID stays", () => {
  const pod = webPod();
  const containers = [{ name: "main", image: `${IMAGE}@${NEW}`, imagePullPolicy: "IfNotPresent" }];
  expect(pinned([STATE], [], [pod]).pods).toEqual([{ ...pod, spec: { containers } }]);
});

test("a pod whose manifest forbids pulls by now runs the digest, and pulls nothing", () => {
  const pod = webPod();
  const [main] = pod.spec.containers;
  const never = { ...pod, spec: { containers: [{ ...main, name: "main", imagePullPolicy: "Never" }] } };
  const containers = [{ name: "main", image: `${IMAGE}@${NEW}`, imagePullPolicy: "Never" }];
  expect(pinned([STATE], [], [never]).pods).toEqual([{ ...pod, spec: { containers } }]);
});

test("a container without an image has none, whatever its name", () => {
  const pod = webPod();
  const bare = { ...pod, spec: { containers: [{ name: "constructor" }] } };
  expect(pinned([STATE], [], [bare]).pods).toEqual([bare]);
});

test("a pod that was updated keeps the image of its manifest when that is another one", () => {
  const pod = webPod(undefined, "registry.example/web:v2");
  expect(pinned([STATE], [], [pod]).pods).toEqual([pod]);
});

test("a pod without the annotation has the image of its manifest", () => {
  const { annotations: _, ...metadata } = webPod().metadata;
  const pod = { ...webPod(), metadata };
  expect(pinned([STATE], [], [pod]).pods).toEqual([pod]);
});

test("a template gets another hash of the same length", () => {
  const workload = webWorkload("Deployment");
  const [updated] = pinned([OF_DEPLOYMENT], [workload]).workloads;
  expect(updated?.template.spec.containers[0]?.image).toBe(`${IMAGE}@${NEW}`);
  expect(updated?.template.hash).not.toBe(workload.template.hash);
  expect(updated?.template.hash).toHaveLength(workload.template.hash.length);
});

test("a template with the images of its first pods keeps its hash", () => {
  const workload = webWorkload("Deployment");
  const back = { ...OF_DEPLOYMENT, containers: { main: { image: IMAGE, digest: OLD, first: OLD, failed: NEW } } };
  const [returned] = pinned([back], [workload]).workloads;
  expect(returned?.template.spec.containers[0]?.image).toBe(`${IMAGE}@${OLD}`);
  expect(returned?.template.hash).toBe(workload.template.hash);
});
