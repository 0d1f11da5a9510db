import { expect, test } from "vitest";
import { document, Host, parsed, type Tree, V2 } from "./base.ts";

const of = (partition: number, pod: Tree = V2) =>
  parsed(document("StatefulSet", { replicas: 3, updateStrategy: { rollingUpdate: { partition } } }, pod));

/** A host on which three pods of the first template run. */
function running(): Host {
  const host = new Host();
  for (let count = 0; count < 3; count++) host.run([of(0, {})]).ready();
  return host.run([of(0, {})]);
}

/** Lets runs decide until a pod waits for nothing. */
function settle(host: Host, partition: number): Host {
  for (let count = 0; count < 8; count++)
    host
      .run([of(partition)])
      .gone()
      .run([of(partition)])
      .ready();
  return host;
}

test("another template reaches the pods from the partition on", () => {
  expect(settle(running(), 2).names).toEqual(["web-0 v1 Running", "web-1 v1 Running", "web-2 v2 Running"]);
});

test("a lower partition lets more pods follow", () => {
  const host = settle(settle(running(), 2), 1);
  expect(host.names.toSorted()).toEqual(["web-0 v1 Running", "web-1 v2 Running", "web-2 v2 Running"]);
});

test("a pod below the partition that is lost comes back with the template of the last complete rollout", () => {
  const host = settle(running(), 2);
  host.states = host.states.map((state) => ({ ...state, pods: state.pods.filter(({ ordinal }) => ordinal !== 0) }));
  expect(host.run([of(2)]).names).toContain("web-0 v1");
});

test("after a complete rollout lost pods get the new template", () => {
  const host = settle(settle(running(), 0), 3);
  host.states = host.states.map((state) => ({ ...state, pods: [] }));
  expect(host.run([of(3)]).names).toEqual(["web-0 v2"]);
});
