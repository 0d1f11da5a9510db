import { describe, expect, test } from "vitest";
import { document, endedWith, Host, NOW, parsed, type Tree, V2 } from "./base.ts";

const of = (spec: Tree = {}, pod: Tree = {}) => parsed(document("StatefulSet", { replicas: 2, ...spec }, pod));

/** A host on which both pods run. */
const running = (workload = of()) => new Host().run([workload]).ready().run([workload]).ready();

test("a StatefulSet becomes pods with their names as host names", () => {
  const set = of({ serviceName: "peers", ordinals: { start: 5 } });
  const [owned] = new Host().run([set]).pods;
  expect(owned?.pod).toMatchObject({
    metadata: {
      name: "web-5",
      labels: {
        app: "web",
        "controller-revision-hash": `web-${set.template.hash}`,
        "statefulset.kubernetes.io/pod-name": "web-5",
        "apps.kubernetes.io/pod-index": "5",
      },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "web" }],
    },
    spec: { hostname: "web-5", subdomain: "peers" },
  });
});

test("a pod has its own claim for each template, in place of a volume of that name", () => {
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const set = of(
    { volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] },
    {
      volumes: [
        { name: "data", emptyDir: {} },
        { name: "tmp", emptyDir: {} },
      ],
    },
  );
  expect(new Host().run([set]).pods[0]?.pod.spec.volumes).toEqual([
    { name: "data", persistentVolumeClaim: { claimName: "data-web-0" } },
    { name: "tmp", emptyDir: {} },
  ]);
});

test("each pod waits for the one before it", () => {
  const host = new Host().run([of()]).run([of()]);
  expect(host.names).toEqual(["web-0 v1"]);
  expect(host.ready().run([of()]).names).toEqual(["web-0 v1 Running", "web-1 v1"]);
});

test("with Parallel they do not wait", () => {
  expect(new Host().run([of({ podManagementPolicy: "Parallel" })]).names).toEqual(["web-0 v1", "web-1 v1"]);
});

test("fewer replicas end the last pod first, and then the one before it", () => {
  const none = of({ replicas: 0 });
  const host = running().run([none]).run([none]);
  expect(host.names).toEqual(["web-0 v1 Running", "web-1 v1 Running ends"]);
  expect(host.gone().run([none]).names).toEqual(["web-0 v1 Running ends"]);
});

describe("another template", () => {
  test("replaces the last pod first, and each waits until the one before is available", () => {
    const next = of({}, V2);
    const host = running().run([next]);
    expect(host.names).toEqual(["web-0 v1 Running", "web-1 v1 Running ends"]);
    host.run([next]);
    expect(host.names).toEqual(["web-0 v1 Running", "web-1 v1 Running ends"]);
    host.gone().run([next]).run([next]);
    expect(host.names).toEqual(["web-0 v1 Running", "web-1 v2"]);
    host.ready().run([next]);
    expect(host.names).toEqual(["web-0 v1 Running ends", "web-1 v2 Running"]);
  });

  test("replaces a pod of the old one that does not get ready", () => {
    const host = new Host().run([of()]).run([of({}, V2)]);
    expect(host.names).toEqual(["web-0 v1 ends"]);
  });

  test("leaves an old pod that gets unready while another one is replaced", () => {
    const set = of({ replicas: 3, podManagementPolicy: "Parallel" });
    const next = of({ replicas: 3 }, V2);
    const host = new Host().run([set]).ready().run([next]).gone().run([next]);
    host.set(endedWith("Running", NOW), ({ ordinal }) => ordinal === 1).run([next]);
    expect(host.names).toEqual(["web-0 v1 Running", "web-1 v1 Running", "web-2 v2"]);
  });

  test("replaces one pod after the other when none of the old ones gets ready", () => {
    const host = new Host().run([of({ podManagementPolicy: "Parallel" })]).run([of({}, V2)]);
    expect(host.names).toEqual(["web-0 v1", "web-1 v1 ends"]);
    expect(host.run([of({}, V2)]).names).toEqual(["web-0 v1", "web-1 v1 ends"]);
  });

  test("with OnDelete waits for the end of each pod", () => {
    const next = of({ updateStrategy: { type: "OnDelete" } }, V2);
    expect(running().run([next]).names).toEqual(["web-0 v1 Running", "web-1 v1 Running"]);
  });
});

test("a name that a Pod of the directory has is left to it", () => {
  const host = new Host().run([of()], { taken: ["default/web-0"] });
  expect([host.names, host.states[0]?.problem]).toEqual([
    [],
    "metadata.name: another manifest has a Pod web-0, so this one is not made: rename one of them",
  ]);
});

test("a Pod of the directory waits for a pod that has its name already", () => {
  const host = running().run([of()], { taken: ["default/web-1"] });
  expect([host.names, host.states[0]?.problem]).toEqual([
    ["web-0 v1 Running", "web-1 v1 Running"],
    "metadata.name: another manifest has a Pod web-1, which waits until this one has ended: rename one of them",
  ]);
});

test("a taken name hides no other problem", () => {
  const host = running().run([of({ replicas: 3 })], { maxPods: 2, taken: ["default/web-1"] });
  expect(host.states[0]?.problem).toMatch(/^spec\.replicas: .*; metadata\.name: /);
});
