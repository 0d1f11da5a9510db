import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProjectedSource } from "../../src/model/pod.ts";
import type { PodDirectory } from "../../src/model/world.ts";
import { dueReferences, nextRefresh } from "../../src/translate/references.ts";
import { forAll } from "../support/fuzz.ts";
import { NOW, pod, UID } from "./base.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

const TOKEN: ProjectedSource = { serviceAccountToken: { path: "token", expirationSeconds: 3607 } };
const ROOT_CA: ProjectedSource = {
  configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] },
};

const mounting = (...sources: ProjectedSource[]) => pod({ volumes: [{ name: "api", projected: { sources } }] });

function tokenIssued(at: number): string {
  const claims = Buffer.from(JSON.stringify({ iat: Math.floor(at / SECOND) })).toString("base64url");
  return `e30.${claims}.sig`;
}

function directory(refreshedAt: number, files: Record<string, string>): PodDirectory {
  return { uid: UID, pasts: new Map(), files: new Map(), volumes: new Map([["api", { refreshedAt, files }]]) };
}

const withToken = (token: string) => directory(NOW, { token });
const ASKED = {
  key: `${UID}/api/token`,
  namespace: "shop",
  serviceAccount: "default",
  expirationSeconds: 3607,
  podName: "web",
  podUID: UID,
};

describe("what is fetched now", () => {
  test("nothing for a pod without volumes", () => {
    expect(dueReferences(pod(), undefined, NOW)).toEqual({ tokens: [], configMaps: [] });
  });

  test("everything for a pod that has nothing yet", () => {
    expect(dueReferences(mounting(TOKEN, ROOT_CA), undefined, NOW)).toEqual({
      tokens: [ASKED],
      configMaps: ["shop/kube-root-ca.crt"],
    });
  });

  test("a token of the pod's account, for its audience and time", () => {
    const source = { serviceAccountToken: { path: "vault", audience: "vault", expirationSeconds: 600 } };
    const of = pod({ serviceAccountName: "robot", volumes: [{ name: "api", projected: { sources: [source] } }] });
    expect(dueReferences(of, undefined, NOW).tokens).toEqual([
      { ...ASKED, key: `${UID}/api/vault`, serviceAccount: "robot", audience: "vault", expirationSeconds: 600 },
    ]);
  });

  test("a token for an hour, where the pod says nothing", () => {
    const source = { serviceAccountToken: { path: "token" } };
    expect(dueReferences(mounting(source), undefined, NOW).tokens).toEqual([{ ...ASKED, expirationSeconds: 3600 }]);
  });
});

describe("a token is due", () => {
  const age = 0.8 * 3607 * SECOND;
  const cases: [string, number, string | undefined, number][] = [
    ["not when fresh", 3607, tokenIssued(NOW), 0],
    ["not just under 80 % of its life", 3607, tokenIssued(NOW - age + 2 * SECOND), 0],
    ["at 80 % of its life", 3607, tokenIssued(NOW - age - SECOND), 1],
    ["not before a day, if it lives for a year", 365 * 86400, tokenIssued(NOW - DAY + 2 * SECOND), 0],
    ["after a day, if it lives for a year", 365 * 86400, tokenIssued(NOW - DAY), 1],
    ["not when it comes from a clock that goes before ours", 3607, tokenIssued(NOW + HOUR), 0],
    ["when it is missing", 3607, undefined, 1],
    ["when it is empty", 3607, "", 1],
    ["when it is no token", 3607, "not.a.token", 1],
    ["when it does not say when it was issued", 3607, "e30.e30.e30", 1],
  ];

  test.for(cases)("%s", ([, expirationSeconds, token, count]) => {
    const of = mounting({ serviceAccountToken: { path: "token", expirationSeconds } });
    const there = directory(NOW, token === undefined ? {} : { token });
    expect(dueReferences(of, there, NOW).tokens).toHaveLength(count);
  });
});

describe("a ConfigMap is due", () => {
  test.for([
    ["not while it is fresh", NOW - 59 * SECOND, []],
    ["after a minute", NOW - 60 * SECOND, ["shop/kube-root-ca.crt"]],
    ["not when it was written by a clock that went before ours", NOW + HOUR, []],
  ] as const)("%s", ([, refreshedAt, expected]) => {
    expect(dueReferences(mounting(ROOT_CA), directory(refreshedAt, {}), NOW).configMaps).toEqual(expected);
  });
});

describe("nextRefresh()", () => {
  test("never, for a pod without references", () => {
    const labels: ProjectedSource = {
      downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] },
    };
    expect(nextRefresh(pod(), undefined)).toBeUndefined();
    expect(nextRefresh(mounting(labels), directory(NOW, {}))).toBeUndefined();
  });

  test("at once, for a volume that is not there", () => {
    expect(nextRefresh(mounting(ROOT_CA), undefined)).toBe(0);
  });

  test("at once, for a token that is not there", () => {
    expect(nextRefresh(mounting(TOKEN), directory(NOW, {}))).toBe(0);
  });

  test("the first of all", () => {
    const there = directory(NOW - 10 * SECOND, { token: tokenIssued(NOW - HOUR) });
    expect(nextRefresh(mounting(TOKEN, ROOT_CA), there)).toBe(NOW - HOUR + 0.8 * 3607 * SECOND);
  });

  test("is the first moment at which something is due, never later and never earlier", () => {
    const sources = fc.subarray([TOKEN, ROOT_CA], { minLength: 1 });
    const age = fc.integer({ min: -DAY, max: 2 * DAY });
    forAll(fc.tuple(sources, age, age), ([chosen, tokenAge, volumeAge]) => {
      const of = mounting(...chosen);
      const there = directory(NOW - volumeAge, { token: tokenIssued(NOW - tokenAge) });
      const at = nextRefresh(of, there) ?? Number.NaN;
      const due = (now: number) => Object.values(dueReferences(of, there, now)).flat().length;
      expect(due(at)).toBeGreaterThan(0);
      expect(due(at - 1)).toBe(0);
    });
  });

  test("the token in the volume's file decides, whatever the volume's age", () => {
    const fresh = { ...withToken(tokenIssued(NOW)), uid: UID };
    expect(dueReferences(mounting(TOKEN), fresh, NOW + HOUR * 0.5).tokens).toEqual([]);
  });
});
