import { describe, expect, test } from "vitest";
import type { Volume } from "../../../src/model/api/volume.ts";
import type { FetchResult, ResolvedReferences } from "../../../src/model/references.ts";
import { container, NOW, pod, runnable, UID, waiting } from "../base.ts";
import { MEMORY, placed } from "./storage-base.ts";
import { ok } from "./volume-base.ts";

describe("a claim", () => {
  const claim = (change: object = {}) =>
    ok({
      metadata: { name: "c", uid: "u", ownerReferences: [] },
      spec: { volumeName: "pv" },
      status: { phase: "Bound" },
      ...change,
    });
  const volume = (source: object) => ok({ metadata: { name: "pv" }, spec: { claimRef: { uid: "u" }, ...source } });
  const known = (...entries: [string, FetchResult][]): ResolvedReferences => new Map(entries);
  const bound = (source: object) =>
    known(["persistentvolumeclaim/shop/c", claim()], ["persistentvolume//pv", volume(source)]);
  const of = { persistentVolumeClaim: { claimName: "c" } };

  test("of a local volume is its directory", () => {
    expect(placed(of, {}, bound({ local: { path: "/srv/dir" } }))).toMatchObject({
      path: "/srv/dir",
      readOnly: false,
      storage: [],
    });
  });

  test("can be measured under its name, unless it is of a hostPath", () => {
    expect(placed(of, {}, bound({ local: { path: "/srv/dir" } }))).toHaveProperty("claim", "c");
    expect(placed(of, {}, bound({ hostPath: { path: "/srv/dir" } }))).not.toHaveProperty("claim");
  });

  test("of a local volume belongs to the pod's group", () => {
    const context = { fsGroup: 7, fsGroupChangePolicy: "OnRootMismatch" };
    expect(placed(of, { securityContext: context }, bound({ local: { path: "/srv/dir" } }))).toMatchObject({
      storage: [{ kind: "group", volume: "v", path: "/srv/dir", gid: 7, always: false }],
    });
  });

  test("that is to be read only is nobody's to change", () => {
    const readOnly = { persistentVolumeClaim: { claimName: "c", readOnly: true } };
    expect(placed(readOnly, { securityContext: { fsGroup: 7 } }, bound({ local: { path: "/srv/dir" } }))).toMatchObject(
      {
        readOnly: true,
        storage: [],
      },
    );
  });

  describe.each([{ local: { path: "/srv/dir" } }, { hostPath: { path: "/srv/dir" } }])("of %j", (source) => {
    const requires = (...nodeSelectorTerms: object[]) =>
      bound({ ...source, nodeAffinity: { required: { nodeSelectorTerms } } });
    const rack = (value: string) => ({ matchExpressions: [{ key: "rack", operator: "In", values: [value] }] });
    const node = { metadata: { name: "edge", labels: { rack: "r1" } } };
    const elsewhere = 'MountVolume.NodeAffinity check failed for volume "pv" : no matching NodeSelectorTerms';

    test.for([
      ["that selects this node", [rack("r2"), rack("r1")], node, { path: "/srv/dir" }],
      ["of a node that is not known", [rack("r2")], undefined, { path: "/srv/dir" }],
    ] as const)("%s is mounted", ([, terms, known, expected]) => {
      expect(placed(of, {}, requires(...terms), known)).toMatchObject(expected);
    });

    test.for([
      ["another rack", [rack("r2")]],
      ["no term", []],
      ["a term without a requirement", [{}]],
      ["the node's name", [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["edge"] }] }]],
    ] as const)("is not mounted when its nodeAffinity names %s", ([, terms]) => {
      expect(placed(of, {}, requires(...terms), node)).toBe(elsewhere);
    });

    test("is not mounted when it has mount options", () => {
      expect(placed(of, {}, bound({ ...source, mountOptions: ["noexec"] }))).toBe(
        'MountVolume.MountOptionSupport check failed for volume "pv" : mount options are not supported for this volume type',
      );
    });
  });

  test("of a hostPath volume is its path, and no group's", () => {
    const references = bound({ hostPath: { path: "/gone", type: "DirectoryOrCreate" } });
    expect(placed(of, { securityContext: { fsGroup: 7 } }, references)).toMatchObject({
      storage: [{ kind: "host", path: "/gone", make: "directory" }],
    });
  });

  test("of a share is mounted by a unit of its own", () => {
    const references = bound({ nfs: { server: "nfs.example", path: "/x y/50%" }, mountOptions: ["nfsvers=4.1"] });
    expect(placed(of, {}, references)).toMatchObject({
      path: MEMORY,
      conditions: [["RequiresMountsFor", MEMORY]],
      auxiliaryUnits: [{ name: `run-unitlet-pods-${UID.replaceAll("-", "\\x2d")}-volumes-v.mount`, wanted: true }],
    });
  });

  const ephemeral = { ephemeral: {} };
  const own = { metadata: { name: "web-v", uid: "u", ownerReferences: [{ uid: UID, controller: true }] } };

  test("of an ephemeral volume is the pod's own", () => {
    const references = known(
      ["persistentvolumeclaim/shop/web-v", claim(own)],
      ["persistentvolume//pv", volume({ local: { path: "/srv/dir" } })],
    );
    expect(placed(ephemeral, {}, references)).toMatchObject({ path: "/srv/dir" });
  });

  const refused: [string, ResolvedReferences, Omit<Volume, "name">, string][] = [
    [
      "that is not there",
      known(["persistentvolumeclaim/shop/c", { ok: false, missing: true, because: "gone", at: NOW }]),
      of,
      "gone",
    ],
    [
      "that is not bound",
      known(["persistentvolumeclaim/shop/c", claim({ status: { phase: "Pending" } })]),
      of,
      'PVC shop/c has non-bound phase ("Pending") or empty volumeName',
    ],
    [
      "whose volume is not known",
      known(["persistentvolumeclaim/shop/c", claim()]),
      of,
      "it has not been requested from the API server",
    ],
    [
      "whose volume is another's",
      bound({ claimRef: { uid: "other" } }),
      of,
      "PV pv is bound to another claim than shop/c",
    ],
    [
      "of a device",
      bound({ volumeMode: "Block", local: { path: "/dev/sda" } }),
      of,
      "volume v has volumeMode Block, but is specified in volumeMounts",
    ],
    [
      "of another kind",
      bound({ csi: {} }),
      of,
      "PV pv is of a kind that this node cannot mount: use a local, hostPath or nfs volume",
    ],
    [
      "of another pod",
      known(["persistentvolumeclaim/shop/web-v", claim()]),
      ephemeral,
      "PVC shop/web-v was not created for pod shop/web (pod is not owner)",
    ],
    [
      "of a directory that is not there",
      bound({ local: { path: "/gone" } }),
      of,
      "hostPath type check failed: /gone is not a directory",
    ],
  ];

  test.for(refused)("%s cannot be had", ([, references, source, because]) => {
    expect(placed(source, {}, references)).toBe(because);
  });
});

describe("a share", () => {
  test("has the words that systemd reads", () => {
    const place = placed({ nfs: { server: "2001:db8::1", path: "/x y/50%", readOnly: true } });
    if (typeof place !== "object") throw new Error(String(place));
    expect(place.auxiliaryUnits[0]?.text).toContain(
      `[Mount]\nWhat=[2001:db8::1]:/x y/50%%\nWhere=${MEMORY}\nType=nfs\nOptions=ro,nosuid,nodev\n`,
    );
  });

  test("that could not be mounted keeps its containers waiting, and is tried again", () => {
    const of = pod({
      volumes: [{ name: "v", nfs: { server: "nfs", path: "/" } }],
      containers: [container({ volumeMounts: [{ name: "v", mountPath: "/run/v" }] })],
    });
    const [unit] = runnable(of).auxiliaryUnits;
    const failedMounts = new Set([unit?.name ?? ""]);
    expect(runnable(of, { failedMounts }).auxiliaryUnits).toEqual([unit]);
    expect(waiting(of, { failedMounts })?.message).toBe(
      `MountVolume.SetUp failed for volume "v" : mount failed: on the node, journalctl -u '${unit?.name}' says why`,
    );
  });

  test.for([
    [{ server: "a\nb", path: "/" }, 'nfs.server "a\\nb" is no host'],
    [{ server: "-o", path: "/" }, 'nfs.server "-o" is no host'],
    [{ server: "nfs", path: "/\n" }, "its path contains a control character"],
  ] as const)("%j cannot be had", ([nfs, because]) => {
    expect(placed({ nfs })).toBe(because);
  });
});
