import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManifestSource } from "../../src/io/manifest-source.ts";
import { logTo } from "../../src/log.ts";
import { dependency, type ObjectReference } from "../../src/model/references.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-manifests-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  color: blue
`;

/** Lists these manifests, and fetches one object. Returns the result without its time. */
async function fetched(manifests: string, reference: ObjectReference): Promise<object> {
  writeFileSync(join(directory, "a.yaml"), manifests);
  const source = new ManifestSource(
    directory,
    "edge",
    logTo(() => undefined),
  );
  expect(await source.list()).toMatchObject({ ok: true });
  const [result] = (await source.fetch([dependency(reference)])).values();
  const { at: _, ...rest } = result ?? { at: 0 };
  return rest;
}

const APP = { kind: "configmap", namespace: "default", name: "app" } as const;

test("a ConfigMap of the directory is found by its name", async () => {
  expect(await fetched(CONFIG_MAP, APP)).toEqual({ ok: true, value: { data: { color: "blue" }, binaryData: {} } });
});

test("one of another namespace is missing", async () => {
  expect(await fetched(CONFIG_MAP, { ...APP, namespace: "shop" })).toEqual({
    ok: false,
    missing: true,
    because: `configmap "app" not found in ${directory}`,
  });
});

test("one that a bad document may define is not known to be missing", async () => {
  expect(await fetched(`${CONFIG_MAP}more: 1\n`, APP)).toEqual({
    ok: false,
    missing: false,
    because: `configmap "app" not found in ${directory}`,
  });
});

const CLAIM = { kind: "persistentvolumeclaim", namespace: "default", name: "data" } as const;

const CLAIMS = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], storageClassName: fast, resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: main, command: [sleep, "1"], volumeMounts: [{ name: data, mountPath: /run/data }] }] }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 2Gi } } }
`;

/** The result for a claim that is a directory. */
const asDirectory = (name: string, lacks: string) => ({
  ok: true,
  value: { metadata: { name }, directory: { path: `/var/lib/unitlet/claims/default/${name}`, lacks } },
});

test("a claim of the directory is a directory of the node, and says what it does not get", async () => {
  const lacks = "Its size is not limited to 1Gi, and storageClassName fast has no effect";
  expect(await fetched(CLAIMS, CLAIM)).toEqual(asDirectory("data", lacks));
});

test("a claim of a StatefulSet is one for each ordinal", async () => {
  expect(await fetched(CLAIMS, { ...CLAIM, name: "data-db-12" })).toEqual(
    asDirectory("data-db-12", "Its size is not limited to 2Gi"),
  );
});

test.each(["other", "data-db-", "data-db-01", "data-db-x", "../../../etc", "..", "."])(
  "a claim that is not there, such as %j, is missing",
  async (name) => {
    expect(await fetched(CLAIMS, { ...CLAIM, name })).toEqual({
      ok: false,
      missing: true,
      because: `persistentvolumeclaim "${name}" not found in ${directory}`,
    });
  },
);

test("a bundle of certificates needs a cluster", async () => {
  expect(await fetched(CONFIG_MAP, { ...APP, kind: "clustertrustbundle" })).toEqual({
    ok: false,
    missing: false,
    because: "this node belongs to no cluster that could have it",
  });
});
