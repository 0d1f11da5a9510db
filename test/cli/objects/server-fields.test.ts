import { expect, test } from "vitest";
import { meansTheSame, withoutServerFields } from "../../../src/cli/objects/server-fields.ts";
import { readStoredObjects, type StoredObject } from "../../../src/io/schema/stored-objects.ts";

const SPEC = { containers: [{ name: "main", image: "host", command: ["sleep", "1"] }] };

function stored(value: object): StoredObject {
  const { objects, problems } = readStoredObjects([{ name: "f", read: () => Buffer.from(JSON.stringify(value)) }], "n");
  const [object] = objects;
  if (object === undefined) throw new Error(problems.join());
  return object;
}

const pod = (metadata: object = {}, rest: object = {}) =>
  stored({ apiVersion: "v1", kind: "Pod", metadata: { name: "web", ...metadata }, spec: SPEC, ...rest });

const SHOWN = { uid: "u1", creationTimestamp: "2026-01-02T03:04:05Z", resourceVersion: "7", generation: 2 };

test("what a server sets is left out, and the rest stays", () => {
  const shown = pod({ ...SHOWN, labels: { app: "web" } }, { status: { phase: "Running" } });
  expect(withoutServerFields(shown).value).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "default", labels: { app: "web" } },
    spec: SPEC,
  });
});

test("an object without it is the same one, also with the empty fields that kubectl create --dry-run prints", () => {
  for (const each of [pod(), pod({ creationTimestamp: null }, { status: {} })])
    expect(withoutServerFields(each)).toBe(each);
});

test("the output of get is the manifest that it comes from, with its defaults", () => {
  const before = pod();
  const shown = stored({ apiVersion: "v1", kind: "Pod", ...before.pod, status: { phase: "Running" } });
  expect(shown.value.spec).not.toEqual(SPEC);
  expect(meansTheSame(before, shown)).toBe(true);
});

test.each<[string, StoredObject]>([
  ["another label", pod({ labels: { app: "web" } })],
  ["another annotation", pod({ annotations: { a: "b" } })],
  ["another command", pod({}, { spec: { containers: [{ ...SPEC.containers[0], command: ["sleep", "2"] }] } })],
])("%s is a change", (_, after) => {
  expect(meansTheSame(pod(SHOWN), after)).toBe(false);
});

test("of other kinds the same fields count", () => {
  const map = (data: object, metadata: object = {}) =>
    stored({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", ...metadata }, data });
  expect(meansTheSame(map({ a: "1" }), map({ a: "1" }, SHOWN))).toBe(true);
  expect(meansTheSame(map({ a: "1" }), map({ a: "2" }, SHOWN))).toBe(false);
});
