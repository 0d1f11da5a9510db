import { expect, test } from "vitest";
import { isMadeClaim, madeClaims } from "../../../src/cli/objects/made-claims.ts";
import type { StoredObject } from "../../../src/io/schema/stored-objects.ts";
import type { Pod } from "../../../src/model/api/pod.ts";

const CLAIM_SPEC = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const PLACE = { file: "db.yaml", text: "", offset: 0, documents: 1, isItem: false };

const stored = (kind: string, name: string, spec: object): StoredObject => ({
  ...{ apiVersion: "v1", kind, name, namespace: "default", isNamespaced: true, place: PLACE },
  value: { metadata: { name }, spec },
});

const SET = stored("StatefulSet", "db", {
  selector: { matchLabels: { app: "db" } },
  volumeClaimTemplates: [{ metadata: { name: "data", labels: { tier: "disk" } }, spec: CLAIM_SPEC }],
});

const OBJECT = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data-db-0", namespace: "default", labels: { tier: "disk", app: "db" } },
  spec: CLAIM_SPEC,
};

const pod = (claimName: string): Pod => ({
  metadata: { namespace: "default", name: "db-0", uid: "u" },
  spec: { containers: [], volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] },
});

test("a claim of a StatefulSet has the spec of its template, before and after it has a directory", () => {
  expect(madeClaims([], [pod("data-db-0")], [SET])).toEqual([OBJECT]);
  expect(madeClaims([{ namespace: "default", name: "data-db-0" }], [pod("data-db-0")], [SET])).toEqual([OBJECT]);
});

test("a claim whose manifest is gone is shown as long as its directory stays", () => {
  const { labels, ...metadata } = OBJECT.metadata;
  const { spec, ...object } = OBJECT;
  expect(madeClaims([{ namespace: "default", name: "data-db-0" }], [], [])).toEqual([{ ...object, metadata }]);
});

test("a written claim is not shown twice", () => {
  const claim = stored("PersistentVolumeClaim", "data-db-0", CLAIM_SPEC);
  expect(madeClaims([{ namespace: "default", name: "data-db-0" }], [], [claim, SET])).toEqual([]);
});

test.each(["data-db-x", "other-db-0", "data-db-", "absent"])("a pod's claim %s that nothing makes is none", (name) => {
  expect(madeClaims([], [pod(name)], [SET])).toEqual([]);
});

test("a StatefulSet of another namespace makes no claim here", () => {
  expect(madeClaims([], [pod("data-db-0")], [{ ...SET, namespace: "shop" }])).toEqual([]);
});

test.each<[string, boolean, StoredObject]>([
  ["its StatefulSet alone", true, SET],
  ["another claim", true, stored("PersistentVolumeClaim", "data-db-1", CLAIM_SPEC)],
  ["another kind of its name", true, stored("ConfigMap", "data-db-0", {})],
  ["the claim", false, stored("PersistentVolumeClaim", "data-db-0", CLAIM_SPEC)],
])("with %s in the files a claim is one that no file has: %j", (_, isMade, object) => {
  expect(isMadeClaim(OBJECT, [object])).toBe(isMade);
});

test("a pod is no such claim", () => {
  expect(isMadeClaim({ ...OBJECT, kind: "Pod" }, [])).toBe(false);
});
