import { describe, expect, test } from "vitest";
import { parsePods } from "../../../src/io/kube/cluster-source.ts";

const POD = {
  metadata: { name: "web", namespace: "shop", uid: "u1" },
  spec: { nodeName: "edge", containers: [{ name: "app" }] },
};

const list = (change: object) => ({
  kind: "PodList",
  apiVersion: "v1",
  metadata: { resourceVersion: "7" },
  items: [POD],
  ...change,
});
const parse = (body: unknown) => parsePods(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), "edge");

describe("a whole list of this node's pods is taken", () => {
  test.for([
    ["with pods", list({}), [POD]],
    ["without pods", list({ items: [] }), []],
    ["with no items, as Go writes an empty list", list({ items: null }), []],
    ["that says that nothing follows", list({ metadata: { continue: "" } }), [POD]],
  ] as const)("%s", ([, body, pods]) => {
    expect(parse(body)).toEqual(pods);
  });
});

describe("anything else throws", () => {
  const items = (...pods: unknown[]) => list({ items: pods });
  const stray = /^the API server's list has an item that is no pod of this node/;
  const cases: [string, unknown, RegExp][] = [
    ["a part of a list", list({ metadata: { continue: "abc" } }), /^the API server answered with a part of the list$/],
    ["a list without items", list({ items: undefined }), /^the API server's answer is not a list of pods$/],
    ["a list whose items are none", list({ items: {} }), /^the API server's answer is not a list of pods$/],
    ["a list of something else", list({ kind: "NodeList" }), /^the API server's answer is not a list of pods$/],
    ["an error", { kind: "Status", status: "Failure" }, /^the API server's answer is not a list of pods$/],
    ["null", null, /^the API server's answer is not a list of pods$/],
    ["half an answer", JSON.stringify(list({})).slice(0, -20), /JSON/],
    ["nothing", "", /JSON/],
    ["the page of a proxy", "<html>", /JSON/],
    ["a pod of another node", items(POD, { ...POD, spec: { ...POD.spec, nodeName: "other" } }), stray],
    ["a pod of no node", items({ ...POD, spec: { containers: [] } }), stray],
    ["a pod without a spec", items({ metadata: POD.metadata }), stray],
    ["a pod without containers", items({ ...POD, spec: { nodeName: "edge" } }), stray],
    ["a pod without a UID", items({ ...POD, metadata: { name: "a", namespace: "b" } }), stray],
    ["a pod without a name", items({ ...POD, metadata: { uid: "a", namespace: "b" } }), stray],
    ["a pod without a namespace", items({ ...POD, metadata: { uid: "a", name: "b" } }), stray],
    ["a pod without metadata", items({ spec: POD.spec }), stray],
    ["no pod", items(null), stray],
  ];

  test.for(cases)("%s", ([, body, message]) => {
    expect(() => parse(body)).toThrow(message);
  });
});
