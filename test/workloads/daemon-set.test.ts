import { expect, test } from "vitest";
import { document, Host, parsed, type Tree, V2 } from "./base.ts";

const of = (spec: Tree = {}, pod: Tree = {}) => parsed(document("DaemonSet", spec, pod));
const commands = (host: Host) => host.names.map((name) => name.split(" ").slice(1).join(" "));

test("a DaemonSet has one pod", () => {
  const [owned, ...others] = new Host().run([of()]).pods;
  expect(others).toEqual([]);
  expect(owned?.pod.metadata).toMatchObject({
    name: expect.stringMatching(/^web-[0-9a-f]{5}$/),
    labels: { app: "web", "controller-revision-hash": of().template.hash },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "web", uid: of().metadata.uid }],
  });
});

test("its old pod ends before the new one is made", () => {
  const host = new Host()
    .run([of()])
    .ready()
    .run([of({}, V2)]);
  expect(commands(host)).toEqual(["v1 Running ends"]);
  expect(commands(host.gone().run([of({}, V2)]))).toEqual(["v2"]);
});

test("with maxSurge the old pod stays until the new one is available", () => {
  const next = of({ updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }, V2);
  const host = new Host().run([of()]).ready().run([next]);
  expect(commands(host)).toEqual(["v1 Running", "v2"]);
  expect(commands(host.ready().run([next]))).toEqual(["v1 Running ends", "v2 Running"]);
});

test("with OnDelete the old pod stays", () => {
  const host = new Host()
    .run([of()])
    .ready()
    .run([of({ updateStrategy: { type: "OnDelete" } }, V2)]);
  expect(commands(host)).toEqual(["v1 Running"]);
});

test("of two pods the older one stays when OnDelete comes in the middle of a surge", () => {
  const surging = of({ updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }, V2);
  const last = of({ updateStrategy: { type: "OnDelete" } }, V2);
  const host = new Host().run([of()]).ready().after(5).run([surging]).run([last]);
  expect(commands(host)).toEqual(["v1 Running", "v2 ends"]);
  expect(commands(host.gone().run([last]))).toEqual(["v1 Running"]);
});
