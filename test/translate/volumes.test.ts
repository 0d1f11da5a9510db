import { describe, expect, test } from "vitest";
import type { Pod, ProjectedSource } from "../../src/model/pod.ts";
import type { Fetched, PodDirectory } from "../../src/model/world.ts";
import { translateVolumes } from "../../src/translate/volumes.ts";
import { container, NOW, pod, UID, waiting } from "./base.ts";

const TOKEN: ProjectedSource = { serviceAccountToken: { path: "token" } };
const SOME: ProjectedSource = { configMap: { name: "map", items: [{ key: "ca.crt", path: "ca.crt" }] } };
const WHOLE: ProjectedSource = { configMap: { name: "map" } };
const NAMES: ProjectedSource = {
  downwardAPI: {
    items: ["namespace", "name", "uid"].map((name) => ({ path: name, fieldRef: { fieldPath: `metadata.${name}` } })),
  },
};

const mounting = (...sources: ProjectedSource[]) => pod({ volumes: [{ name: "api", projected: { sources } }] });
const present = (files: Record<string, string>): PodDirectory => ({
  uid: UID,
  pasts: new Map(),
  files: new Map(),
  volumes: new Map([["api", { refreshedAt: NOW, files }]]),
});

type Got<T> = Fetched<T> | undefined;
const ok = <T>(value: T): Fetched<T> => ({ ok: true, value });
const failed = (because: string) => ({ ok: false, because }) as const;

function volumesOf(of: Pod, there: PodDirectory | undefined, token: Got<string>, map: Got<Record<string, string>>) {
  return translateVolumes(of, there, {
    tokens: new Map(token === undefined ? [] : [[`${UID}/api/token`, token]]),
    configMaps: new Map(map === undefined ? [] : [["shop/map", map]]),
  });
}

describe("the files of a volume", () => {
  const map = ok({ "ca.crt": "CA", other: "O" });
  const cases: [string, Pod, PodDirectory | undefined, Got<string>, Got<Record<string, string>>, object][] = [
    ["a token", mounting(TOKEN), undefined, ok("T"), undefined, { token: "T" }],
    ["chosen keys of a ConfigMap", mounting(SOME), undefined, undefined, map, { "ca.crt": "CA" }],
    ["a whole ConfigMap", mounting(WHOLE), undefined, undefined, map, { "ca.crt": "CA", other: "O" }],
    [
      "the pod's own names",
      mounting(NAMES),
      undefined,
      undefined,
      undefined,
      { namespace: "shop", name: "web", uid: UID },
    ],
    [
      "all at once",
      mounting(TOKEN, SOME, NAMES),
      undefined,
      ok("T"),
      map,
      { token: "T", "ca.crt": "CA", namespace: "shop", name: "web", uid: UID },
    ],
    [
      "a new token, and the old ConfigMap that was not due",
      mounting(TOKEN, SOME),
      present({ token: "old", "ca.crt": "OLD" }),
      ok("T"),
      undefined,
      { token: "T", "ca.crt": "OLD" },
    ],
    [
      "a new ConfigMap, and the old token that was not due",
      mounting(TOKEN, SOME),
      present({ token: "old", "ca.crt": "OLD" }),
      undefined,
      map,
      { token: "old", "ca.crt": "CA" },
    ],
    [
      "a ConfigMap that lost a key that it had to have",
      mounting(WHOLE),
      present({ other: "O", gone: "G" }),
      undefined,
      ok({ other: "O" }),
      { other: "O" },
    ],
    [
      "what is there, while the ConfigMap cannot be had",
      mounting(SOME),
      present({ "ca.crt": "OLD" }),
      undefined,
      failed("503"),
      { "ca.crt": "OLD" },
    ],
    [
      "what was chosen of what is there, while the ConfigMap cannot be had",
      mounting(SOME),
      present({ "ca.crt": "OLD", stale: "x" }),
      undefined,
      failed("503"),
      { "ca.crt": "OLD" },
    ],
    [
      "all that is there, while a whole ConfigMap cannot be had",
      mounting(WHOLE),
      present({ a: "1", b: "2" }),
      undefined,
      failed("503"),
      { a: "1", b: "2" },
    ],
    [
      "a new token, while a whole ConfigMap cannot be had",
      mounting(TOKEN, WHOLE),
      present({ token: "old", a: "1" }),
      ok("T"),
      failed("503"),
      { token: "T", a: "1" },
    ],
    [
      "nothing of an optional ConfigMap that is not there",
      mounting({ configMap: { name: "map", optional: true } }),
      undefined,
      undefined,
      failed("404"),
      {},
    ],
    ["nothing, where there are no sources", mounting(), undefined, undefined, undefined, {}],
  ];

  test.for(cases)("%s", ([, of, there, token, fetched, files]) => {
    expect(volumesOf(of, there, token, fetched)).toEqual({
      due: [{ name: "api", mode: 0o644, uid: 0, gid: 0, files }],
      missing: new Map(),
    });
  });

  test("are left alone while nothing of them is due", () => {
    const there = present({ token: "old", "ca.crt": "OLD" });
    expect(volumesOf(mounting(TOKEN, SOME), there, undefined, undefined)).toEqual({ due: [], missing: new Map() });
  });
});

describe("a volume that cannot be made yet", () => {
  const cases: [string, Pod, Got<string>, Got<Record<string, string>>, string][] = [
    ["no token", mounting(TOKEN), failed("403 forbidden"), undefined, "failed to fetch token: 403 forbidden"],
    [
      "nobody asked for a token",
      mounting(TOKEN),
      undefined,
      undefined,
      "failed to fetch token: the API server was not asked",
    ],
    ["no ConfigMap", mounting(SOME), undefined, failed('configmaps "map" not found'), 'configmaps "map" not found'],
    ["nobody asked for a ConfigMap", mounting(SOME), undefined, undefined, 'configmap "map" was not read'],
    ["no such key", mounting(SOME), undefined, ok({}), "configmap references non-existent config key: ca.crt"],
  ];

  test.for(cases)("%s", ([, of, token, map, why]) => {
    expect(volumesOf(of, undefined, token, map)).toEqual({ due: [], missing: new Map([["api", why]]) });
  });

  test("keeps those containers waiting that mount it", () => {
    const mounts = container({ volumeMounts: [{ name: "api", mountPath: "/x" }] });
    const of = pod({ ...mounting(TOKEN).spec, containers: [mounts, container({ name: "other" })] });
    expect(waiting(of)).toEqual({
      reason: "ContainerCreating",
      message: 'MountVolume.SetUp failed for volume "api" : failed to fetch token: the API server was not asked',
    });
    expect(waiting(of, {}, "other")).toBeUndefined();
  });
});

describe("who may read it", () => {
  const as = (...users: (number | undefined)[]) =>
    users.map((runAsUser, at) =>
      container({ name: `c${at}`, ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }) }),
    );
  const cases: [string, Partial<Pod["spec"]>, object][] = [
    ["all in the container", { containers: as(undefined) }, { mode: 0o644, uid: 0, gid: 0 }],
    ["the one user that all containers run as", { containers: as(1000, 1000) }, { mode: 0o600, uid: 1000, gid: 0 }],
    [
      "the pod's user",
      { containers: as(undefined), securityContext: { runAsUser: 7 } },
      { mode: 0o600, uid: 7, gid: 0 },
    ],
    ["all, where users differ", { containers: as(1000, 1001) }, { mode: 0o644, uid: 0, gid: 0 }],
    [
      "all, where an init container's user differs",
      { containers: as(1000), initContainers: as(7) },
      { mode: 0o644, uid: 0, gid: 0 },
    ],
  ];

  test.for(cases)("%s", ([, spec, expected]) => {
    const of = pod({ ...mounting(TOKEN).spec, ...spec });
    expect(volumesOf(of, undefined, ok("T"), undefined).due).toMatchObject([expected]);
  });

  test("as many as the volume says", () => {
    const of = pod({ volumes: [{ name: "api", projected: { defaultMode: 0o400, sources: [TOKEN] } }] });
    expect(volumesOf(of, undefined, ok("T"), undefined).due).toMatchObject([{ mode: 0o400 }]);
  });
});
