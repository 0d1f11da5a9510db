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

test("a claim needs a cluster", async () => {
  expect(await fetched(CONFIG_MAP, { ...APP, kind: "persistentvolumeclaim" })).toEqual({
    ok: false,
    missing: false,
    because: "this node belongs to no cluster that could have it",
  });
});
