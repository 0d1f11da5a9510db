import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/model/api/pod.ts";
import type { ProjectedSource } from "../../src/model/api/volume.ts";
import type { FetchResult, ResolvedReferences } from "../../src/model/references.ts";
import { allDependencies, dueAt, dueDependencies, nextRefresh } from "../../src/translate/references.ts";
import { forAll } from "../support/fuzz.ts";
import { NOW, pod, podOf, UID } from "./base.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const TOKEN: ProjectedSource = { serviceAccountToken: { path: "token", expirationSeconds: 3607 } };
const ROOT_CA: ProjectedSource = { configMap: { name: "kube-root-ca.crt" } };
const NONE: ResolvedReferences = new Map();

const mounting = (...sources: ProjectedSource[]) =>
  started(pod({ enableServiceLinks: false, volumes: [{ name: "api", projected: { sources } }] }));
const started = (of: Pod): Pod => ({ ...of, status: { phase: "Running", startTime: "2026-01-02T03:04:05Z" } });
const keys = (...pods: Pod[]) => allDependencies(pods, NONE).map(({ key }) => key);
const found = (value: unknown, at: number): FetchResult => ({ ok: true, value, at });
const missing = (at: number): FetchResult => ({ ok: false, missing: true, because: "not found", at });
const failed = (at: number): FetchResult => ({ ok: false, missing: false, because: "did not answer", at });

const API_SERVER = "service/default/kubernetes";
const TOKEN_KEY = `token/${UID}/default/3607/`;
const token = (life: number) => `e30.${Buffer.from(JSON.stringify({ iat: 0, exp: life })).toString("base64url")}.sig`;

describe("a pod needs", () => {
  test("where the API server is, and the services of its namespace", () => {
    expect(keys(pod())).toEqual([API_SERVER, "services/shop/"]);
  });

  test("no other services when it says so", () => {
    expect(keys(pod({ enableServiceLinks: false }))).toEqual([API_SERVER]);
  });

  const named: [string, Pod, string][] = [
    [
      "a ConfigMap in env",
      podOf({ env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "m", key: "k" } } }] }),
      "configmap/shop/m",
    ],
    [
      "a Secret in env",
      podOf({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }),
      "secret/shop/s",
    ],
    ["a ConfigMap in envFrom", podOf({ envFrom: [{ configMapRef: { name: "m" } }] }), "configmap/shop/m"],
    ["a Secret in envFrom", podOf({ envFrom: [{ secretRef: { name: "s" } }] }), "secret/shop/s"],
    ["a ConfigMap volume", pod({ volumes: [{ name: "v", configMap: { name: "m" } }] }), "configmap/shop/m"],
    ["a Secret volume", pod({ volumes: [{ name: "v", secret: { secretName: "s" } }] }), "secret/shop/s"],
    ["a projected ConfigMap", mounting(ROOT_CA), "configmap/shop/kube-root-ca.crt"],
    ["a projected Secret", mounting({ secret: { name: "s" } }), "secret/shop/s"],
    ["a projected token", mounting(TOKEN), TOKEN_KEY],
    ["a projected trust bundle", mounting({ clusterTrustBundle: { name: "b", path: "ca" } }), "clustertrustbundle//b"],
    [
      "a claim",
      pod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] }),
      "persistentvolumeclaim/shop/c",
    ],
    ["an ephemeral claim", pod({ volumes: [{ name: "v", ephemeral: {} }] }), "persistentvolumeclaim/shop/web-v"],
  ];

  test.for(named)("%s", ([, of, key]) => {
    expect(keys(of)).toContain(key);
  });

  test("the volume that its claim is bound to", () => {
    const of = pod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] });
    const known = new Map([["persistentvolumeclaim/shop/c", found({ metadata: {}, spec: { volumeName: "pv" } }, NOW)]]);
    expect(allDependencies([of], known).map(({ key }) => key)).toContain("persistentvolume//pv");
  });

  test("what several name only once, as soon as the first wants it, and at all if one must have it", () => {
    const optional = podOf({ envFrom: [{ configMapRef: { name: "m", optional: true } }] });
    const needed = podOf({ envFrom: [{ configMapRef: { name: "m" } }] });
    const shared = allDependencies([optional, needed], NONE).filter(({ key }) => key === "configmap/shop/m");
    expect(shared).toMatchObject([{ maxAge: MINUTE, optional: false }]);
  });
});

describe("it is due", () => {
  const only = (of: Pod, key: string, fetched: FetchResult | undefined) => {
    const need = allDependencies([of], NONE).find((each) => each.key === key);
    if (need === undefined) throw new Error(`no need ${key}`);
    return dueAt(need, new Map(fetched ? [[key, fetched]] : []));
  };
  const map = mounting(ROOT_CA);
  const mapKey = "configmap/shop/kube-root-ca.crt";
  const optional = mounting({ configMap: { name: "kube-root-ca.crt", optional: true } });
  const cases: [string, Pod, string, FetchResult | undefined, number][] = [
    ["at once, when nothing is known", map, mapKey, undefined, 0],
    ["a minute after it was read", map, mapKey, found({}, NOW), NOW + MINUTE],
    ["at once, when it was missing and is needed", map, mapKey, missing(NOW), 0],
    ["a minute later, when it was missing and is not needed", optional, mapKey, missing(NOW), NOW + MINUTE],
    ["at once, when nobody answered", optional, mapKey, failed(NOW), 0],
    ["a token at 80 % of its life", mounting(TOKEN), TOKEN_KEY, found(token(3607), NOW), NOW + 0.8 * 3607 * SECOND],
    ["a token that was given for less", mounting(TOKEN), TOKEN_KEY, found(token(600), NOW), NOW + 480 * SECOND],
    ["a token that cannot be read", mounting(TOKEN), TOKEN_KEY, found("nonsense", NOW), NOW],
    [
      "a token for a year after a day",
      mounting({ serviceAccountToken: { path: "t", expirationSeconds: 365 * 86400 } }),
      `token/${UID}/default/31536000/`,
      found(token(365 * 86400), NOW),
      NOW + DAY,
    ],
    ["services at once, for a pod that has not started", pod(), "services/shop/", found([], NOW), NOW],
    [
      "services after ten minutes, for one that runs",
      started(pod()),
      "services/shop/",
      found([], NOW),
      NOW + 10 * MINUTE,
    ],
  ];

  test.for(cases)("%s", ([, of, key, fetched, at]) => {
    expect(only(of, key, fetched)).toBe(at);
  });

  test("when it comes from the future, since then the clock was put back", () => {
    const known = new Map([[mapKey, found({}, NOW + HOUR)]]);
    expect(dueDependencies(allDependencies([map], known), known, NOW).map(({ key }) => key)).toContain(mapKey);
  });
});

test("nextRefresh() is the first moment at which something is due, never later and never earlier", () => {
  const sources = fc.subarray([TOKEN, ROOT_CA], { minLength: 1 });
  const age = fc.integer({ min: 0, max: 2 * DAY });
  forAll(fc.tuple(sources, age, age, age), ([chosen, tokenAge, mapAge, apiAge]) => {
    const pods = [mounting(...chosen)];
    const known = new Map<string, FetchResult>([
      [TOKEN_KEY, found(token(3607), NOW - tokenAge)],
      ["configmap/shop/kube-root-ca.crt", found({}, NOW - mapAge)],
      [API_SERVER, missing(NOW - apiAge)],
    ]);
    const at = nextRefresh(pods, known) ?? Number.NaN;
    const due = (now: number) => allDependencies(pods, known).filter((need) => now >= dueAt(need, known)).length;
    expect(due(at)).toBeGreaterThan(0);
    expect(due(at - 1)).toBe(0);
  });
});
