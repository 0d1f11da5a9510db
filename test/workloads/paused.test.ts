import { expect, test } from "vitest";
import { document, Host, parsed, type Tree, V2 } from "./base.ts";

const of = (spec: Tree, pod: Tree = {}) => parsed(document("Deployment", { replicas: 2, ...spec }, pod));
const commands = (host: Host) => host.pods.map(({ pod }) => pod.spec.containers[0]?.command?.[0]).toSorted();

/** A host on which two pods of the first template run. */
const running = () =>
  new Host()
    .run([of({})])
    .ready()
    .run([of({})]);

test("a paused Deployment keeps its pods, whatever its template is", () => {
  const host = running();
  const before = host.names;
  expect(host.run([of({ paused: true }, V2)]).names).toEqual(before);
});

test("more replicas get the template of the last rollout, and fewer end pods", () => {
  const host = running().run([of({ paused: true, replicas: 3 }, V2)]);
  expect(commands(host)).toEqual(["v1", "v1", "v1"]);
  host.run([of({ paused: true, replicas: 1 }, V2)]);
  expect(host.names.filter((name) => name.endsWith("ends"))).toHaveLength(2);
});

test("a rollout that is paused stops where it is", () => {
  const host = running().run([of({}, V2)]);
  const before = host.names;
  expect(before).toHaveLength(3);
  expect(
    host
      .ready()
      .run([of({ paused: true }, V2)])
      .names.map((name) => name.replace(" Running", "")),
  ).toEqual(before.map((name) => name.replace(" Running", "")));
});

test("one that goes on rolls the template out, with a new deadline", () => {
  const host = running()
    .run([of({ paused: true }, V2)])
    .after(10_000)
    .run([of({}, V2)]);
  expect(commands(host)).toContain("v2");
  expect(host.states[0]?.problem).toBeUndefined();
});

test("one that was never rolled out has no pods", () => {
  const host = new Host().run([of({ paused: true })]);
  expect(host.names).toEqual([]);
  expect(commands(host.run([of({})]))).toEqual(["v1", "v1"]);
});
