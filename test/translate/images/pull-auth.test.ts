import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/model/api/pod.ts";
import { type OciReference, parseImage } from "../../../src/model/image/image-reference.ts";
import { type ResolvedReferences, referenceKey } from "../../../src/model/references.ts";
import { pullAuth, pullSecretDependencies } from "../../../src/translate/images/pull-auth.ts";
import { NOW, pod } from "../base.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const config = (auths: object) => ({ ".dockerconfigjson": base64(JSON.stringify({ auths })) });
const ours = pod({ imagePullSecrets: [{ name: "one" }, { name: "two" }, {}] });

function known(secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): ResolvedReferences {
  return new Map(
    Object.entries(secrets).map(([name, data]) => [
      referenceKey({ kind: "secret", namespace: "shop", name }),
      { ok: true, value: { data }, at: NOW },
    ]),
  );
}

function auth(image: string, secrets: Parameters<typeof known>[0]) {
  return pullAuth(ours, parseImage(image) as OciReference, known({ one: {}, two: {}, ...secrets })).auth;
}
const file = (registry: string, credentials: string) =>
  JSON.stringify({ auths: { [registry]: { auth: base64(credentials) } } });

describe("a key matches", () => {
  test.for([
    ["nginx", "https://index.docker.io/v1/", "docker.io"],
    ["nginx", "docker.io", "docker.io"],
    ["quay.io/team/app", "quay.io", "quay.io"],
    ["quay.io/team/app", "https://quay.io/v2/", "quay.io"],
    ["quay.io/team/app", "quay.io/team", "quay.io"],
    ["eu.registry.example/app", "*.registry.example", "eu.registry.example"],
    ["127.0.0.1:5000/app", "127.0.0.1:5000", "127.0.0.1:5000"],
  ] as const)("%s with %s", ([image, key, registry]) => {
    expect(auth(image, { one: config({ [key]: { auth: base64("me:secret") } }) })).toBe(file(registry, "me:secret"));
  });

  test.for([
    ["nginx", "quay.io"],
    ["quay.io/team/app", "quay.io/other"],
    ["registry.example/app", "*.registry.example"],
    ["127.0.0.1:5000/app", "127.0.0.1:5001"],
  ] as const)("%s, not with %s", ([image, key]) => {
    expect(auth(image, { one: config({ [key]: { auth: base64("me:secret") } }) })).toBeUndefined();
  });
});

test.for([
  ["*a*b*", "xaybz", true],
  ["a*", "a", true],
  ["*", "a", true],
  ["a*a", "a", false],
  ["a*b", "abc", false],
  ["*b*a*", "ab", false],
  [`${"*a".repeat(100)}*b`, "a".repeat(60), false],
] as const)("of a part of a host %j is %j: %j", ([key, part, expected]) => {
  const image = `${part}.example/app`;
  expect(auth(image, { one: config({ [`${key}.example`]: { auth: base64("me:secret") } }) }) !== undefined).toBe(
    expected,
  );
});

test("user and password written apart", () => {
  expect(auth("quay.io/a", { one: config({ "quay.io": { username: "me", password: "p:w" } }) })).toBe(
    file("quay.io", "me:p:w"),
  );
});

test("the older form of a Secret", () => {
  const dockercfg = { ".dockercfg": base64(JSON.stringify({ "quay.io": { auth: base64("me:old") } })) };
  expect(auth("quay.io/a", { two: dockercfg })).toBe(file("quay.io", "me:old"));
});

test("the most exact key wins, whichever Secret has it", () => {
  const one = config({ "quay.io": { auth: base64("any:1") } });
  const two = config({ "quay.io/team": { auth: base64("team:2") } });
  expect(auth("quay.io/team/app", { one, two })).toBe(file("quay.io", "team:2"));
});

test("what is no credentials gives none", () => {
  expect(
    auth("quay.io/a", { one: { ".dockerconfigjson": "nonsense" }, two: config({ "quay.io": null as never }) }),
  ).toBeUndefined();
});

test("a Secret that is not there is named", () => {
  expect(pullAuth(ours, parseImage("nginx") as OciReference, known({ one: {} }))).toEqual({ missing: ["two"] });
});

test("Secrets are asked for until the pod runs", () => {
  const asked = (of: typeof ours) => pullSecretDependencies(of).map(({ key }) => key);
  expect(asked(ours)).toEqual(["secret/shop/one", "secret/shop/two"]);
  const status = (state: object) =>
    ({ containerStatuses: [{ name: "app", containerID: "systemd://1", state }] }) as unknown as NonNullable<
      Pod["status"]
    >;
  expect(asked({ ...ours, status: status({ running: {} }) })).toEqual([]);
  expect(asked({ ...ours, status: status({ waiting: {} }) })).toHaveLength(2);
});
