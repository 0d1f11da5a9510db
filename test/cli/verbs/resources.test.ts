import { expect, test } from "vitest";
import type { ApiObject } from "../../../src/cli/objects/api-object.ts";
import { findObjects, parseResources, type Scope } from "../../../src/cli/verbs/resources.ts";

function object(kind: string, namespace: string, name: string): ApiObject {
  return { apiVersion: "v1", kind, metadata: { namespace, name, labels: { app: name } } };
}

const OBJECTS = [
  object("Deployment", "default", "web"),
  object("Pod", "default", "web-1"),
  object("Pod", "other", "db"),
  object("Pod", "default", "db"),
];

function find(args: readonly string[], scope: Scope = { namespace: "default" }) {
  const { objects, missing } = findObjects({ objects: OBJECTS }, parseResources(args), scope);
  return [...objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`), ...missing];
}

test.each<[string[], string[]]>([
  [["pods"], ["Pod/default/db", "Pod/default/web-1"]],
  [["po,deploy"], ["Pod/default/db", "Pod/default/web-1", "Deployment/default/web"]],
  [["all"], ["Pod/default/db", "Pod/default/web-1", "Deployment/default/web"]],
  [
    ["pod", "db", "web-1"],
    ["Pod/default/db", "Pod/default/web-1"],
  ],
  [
    ["deploy/web", "pod/db"],
    ["Deployment/default/web", "Pod/default/db"],
  ],
  [["pod", "web"], ['Error (NotFound): pods "web" not found']],
  [
    ["deploy/x", "pod/db"],
    ["Pod/default/db", 'Error (NotFound): deployments.apps "x" not found'],
  ],
])("%j in the default namespace", (args, found) => {
  expect(find(args)).toEqual(found);
});

test("all namespaces, and a selector", () => {
  expect(find(["pods"], {})).toEqual(["Pod/default/db", "Pod/default/web-1", "Pod/other/db"]);
  expect(find(["pods"], { selector: "app=db" })).toEqual(["Pod/default/db", "Pod/other/db"]);
});

test.each<[string[], string]>([
  [[], "name a kind of object"],
  [["nodes"], 'no resource type "nodes": expected one of pods, '],
  [["all", "web"], '"all" takes no names'],
  [["pod/web", "db"], '"db": expected KIND/NAME'],
])("%j is an error", (args, words) => {
  expect(() => parseResources(args)).toThrow(words);
});

test("a selector that cannot be read is an error", () => {
  expect(() => find(["pods"], { selector: "a b" })).toThrow('unable to parse the selector "a b"');
});
