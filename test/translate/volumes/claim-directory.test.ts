import { expect, test } from "vitest";
import type { PersistentVolumeClaim } from "../../../src/model/api/volume.ts";
import type { ResolvedReferences } from "../../../src/model/references.ts";
import { placed } from "./storage-base.ts";
import { ok } from "./volume-base.ts";

const PATH = "/var/lib/unitlet/claims/shop/c";

const known = (path: string): ResolvedReferences => {
  const claim: PersistentVolumeClaim = {
    metadata: { name: "c" },
    directory: { path, lacks: "Its size is not limited" },
  };
  return new Map([["persistentvolumeclaim/shop/c", ok(claim)]]);
};
const of = { persistentVolumeClaim: { claimName: "c" } };

test("a claim of a standalone node is made once", () => {
  expect(placed(of, {}, known(PATH))).toEqual({
    ok: true,
    path: PATH,
    readOnly: false,
    conditions: [],
    paths: [["-d", PATH]],
    storage: [{ kind: "claim", path: PATH, claim: "c", lacks: "Its size is not limited" }],
    auxiliaryUnits: [],
    claim: "c",
  });
  expect(placed(of, {}, known("/srv/dir"))).toMatchObject({ path: "/srv/dir", storage: [] });
});

test("it belongs to the pod's group, unless the pod only reads it", () => {
  const spec = { securityContext: { fsGroup: 7 } };
  expect(placed(of, spec, known("/srv/dir"))).toMatchObject({
    storage: [{ kind: "group", volume: "v", path: "/srv/dir", gid: 7, always: true }],
  });
  const reading = { persistentVolumeClaim: { claimName: "c", readOnly: true } };
  expect(placed(reading, spec, known("/srv/dir"))).toMatchObject({ readOnly: true, storage: [] });
});

test.each([
  ["/srv/file", "claim c: /srv/file is not a directory: move it away"],
  ["/srv/share", "claim c: /srv/share does not answer"],
])("%s is no directory of a claim", (path, because) => {
  expect(placed(of, {}, known(path))).toBe(because);
});
