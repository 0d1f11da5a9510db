import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";
import { document, mistakes, type Tree } from "../workloads/base.ts";

const SPEC = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const claim = (spec: Tree = {}, metadata: Tree = { name: "data" }) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata,
  spec: { ...SPEC, ...spec },
});

test("a claim is a directory below its namespace", () => {
  expect(parseManifest(claim({}, { name: "data", namespace: "shop" }), "edge")).toEqual({
    data: {
      kind: "persistentvolumeclaim",
      namespace: "shop",
      name: "data",
      value: {
        metadata: { name: "data" },
        directory: { path: "/var/lib/unitlet/claims/shop/data", lacks: "Its size is not limited to 1Gi" },
      },
    },
  });
});

describe("refused, with the field", () => {
  test.each([
    [claim({ accessModes: [] }), "spec.accessModes: expected at least one, such as ReadWriteOnce"],
    [
      claim({ accessModes: ["ReadWriteOncePod"] }),
      "spec.accessModes: ReadWriteOncePod needs a cluster: write ReadWriteOnce",
    ],
    [claim({ resources: {} }), "spec.resources.requests.storage: is missing"],
    [
      claim({ resources: { requests: { storage: "1 GB" } } }),
      /^spec\.resources\.requests\.storage: expected a quantity/,
    ],
    [
      claim({ volumeMode: "Block" }),
      "spec.volumeMode: Block needs a cluster: write Filesystem, because a claim is a directory of this node",
    ],
    [
      claim({ volumeName: "pv" }),
      "spec.volumeName: needs a cluster: remove it, because a claim is a directory of this node",
    ],
    [claim({ selector: {} }), "spec.selector: needs a cluster: remove it, because a claim is a directory of this node"],
    [
      claim({ dataSource: { kind: "PersistentVolumeClaim", name: "old" } }),
      "spec.dataSource: needs a cluster: remove it, and copy the data into the directory of the claim",
    ],
    [claim({}, { name: "../../etc" }), /^metadata\.name: expected a DNS name/],
    [claim({}, { name: "data", namespace: ".." }), /^metadata\.namespace: expected a DNS label/],
    [{ ...claim(), apiVersion: "v2" }, 'apiVersion: expected "v1"'],
    [{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" } }, "spec: is missing"],
  ])("%#", (written, message) => {
    if (typeof message === "string") expect(mistakes(written)).toBe(message);
    else expect(mistakes(written)).toMatch(message);
  });
});

describe("the claims of a StatefulSet", () => {
  const template = (metadata: Tree) => ({ metadata, spec: SPEC });
  const set = (...templates: readonly Tree[]) => document("StatefulSet", { volumeClaimTemplates: templates });

  test.each([
    [set(template({})), "spec.volumeClaimTemplates[0].metadata.name: is missing"],
    [
      set(template({ name: "data" }), template({ name: "data" })),
      'spec.volumeClaimTemplates[1].metadata.name: "data" is used twice',
    ],
    [set(template({ name: "a.b" })), /^spec\.volumeClaimTemplates\[0\]\.metadata\.name: expected a DNS label/],
    [
      document("StatefulSet", { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" } }),
      "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Delete needs a cluster: write Retain, and delete claims with unitlet claims delete",
    ],
    [
      document("StatefulSet", { persistentVolumeClaimRetentionPolicy: { whenScaled: "Sometimes" } }),
      /^spec\.persistentVolumeClaimRetentionPolicy\.whenScaled: expected one of Delete, Retain/,
    ],
  ])("%#", (written, message) => {
    if (typeof message === "string") expect(mistakes(written)).toBe(message);
    else expect(mistakes(written)).toMatch(message);
  });
});
