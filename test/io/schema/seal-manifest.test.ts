import { expect, test, vi } from "vitest";
import { parseManifests } from "../../../src/io/schema/manifest-files.ts";
import { sealManifest } from "../../../src/io/schema/seal-manifest.ts";

// A host's systemd-creds, whose key no test has.
vi.mock("../../../src/io/systemd-creds.ts", () => ({
  CREDENTIAL_RETRY_MS: 60_000,
  encryptCredential: (_: string, plain: Buffer) => Buffer.from(plain.map((byte) => byte ^ 0x55)),
  decryptCredential: (_: string, sealed: Buffer) => Buffer.from(sealed.map((byte) => byte ^ 0x55)),
}));

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop, labels: {a: b}}
type: kubernetes.io/basic-auth
data: {user: bWU=}
stringData: {password: hunter2}
`;

const read = (text: string, opensSecrets = true) =>
  parseManifests([{ name: "f.yaml", read: () => Buffer.from(text), opensSecrets }], "edge");
const sealed = (text: string) => sealManifest(text, "edge", "auto");

test("a sealed Secret opens to the same values", () => {
  expect(read(sealed(SECRET).text)).toEqual(read(SECRET));
});

test("names and all other fields stay readable, and values do not", () => {
  const { text, ...counts } = sealed(SECRET);
  expect(counts).toEqual({ sealed: 1, before: 0 });
  expect(text).toMatch(/labels:\n {4}a: b\n/);
  expect(text).toMatch(/^ {2}password: /m);
  expect(text).not.toMatch(/hunter2|bWU=|stringData/);
});

test("other documents stay byte for byte", () => {
  const other = "# first\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n";
  const { text } = sealed(`${other}---\n${SECRET}--- # last\n${other}`);
  expect(text.startsWith(`${other}---\napiVersion: v1\nkind: Secret`)).toBe(true);
  expect(text.endsWith(`--- # last\n${other}`)).toBe(true);
});

test("a Secret in a List is sealed, and one that is sealed is not sealed again", () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${SECRET.trimEnd().replaceAll("\n", "\n  ")}\n`;
  const once = sealed(list);
  expect(read(once.text)).toEqual(read(list));
  expect(sealed(once.text)).toEqual({ text: once.text, sealed: 0, before: 1 });
});

test("what kubectl has applied, which repeats the values, is left out", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(SECRET), kept: "x" };
  const { text } = sealed(`${SECRET.replace("labels:", `annotations: ${JSON.stringify(annotations)}, labels:`)}`);
  expect(text).toContain("kept: x");
  expect(text).not.toMatch(/hunter2|bWU=|last-applied/);
});

test.each([
  ["a value that is not base64", "data: {user: bWU=}", "data: {user: hunter2}", /^5: data\.user: /],
  ["another version", "apiVersion: v1", "apiVersion: v2", '1: apiVersion: expected "v1"'],
  ["a key that has no name", "stringData: {password", "stringData: {a/b", /^6: stringData/],
])("a Secret with %s is not sealed", (_, from, to, message) => {
  expect(() => sealed(SECRET.replace(from, to))).toThrow(message);
});

test("a value whose tag was cut off does not open", () => {
  const cut = (value: string) => Buffer.from(value, "base64").subarray(0, 16).toString("base64");
  const { text } = sealed(SECRET.replace("user: bWU=", 'user: ""'));
  const short = text.replace(/^( {2}user: )(.*)/m, (_, field, value) => field + cut(value));
  expect(read(short).problems).toEqual([expect.stringMatching(/data\.user: was not sealed for this field/)]);
});

test("JSON stays JSON", () => {
  const { text } = sealed(JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "db" }, data: {} }));
  expect(JSON.parse(text).metadata.annotations["unitlet.dev/sealed-on"]).toBe("edge");
});

test.each([
  ["another name of the Secret", (text: string) => text.replace("name: db", "name: other"), "9: data.user"],
  ["another namespace", (text: string) => text.replace("namespace: shop", "namespace: other"), "data.user"],
  ["another name of the value", (text: string) => text.replace("  user:", "  other:"), "data.other"],
])("%s does not open", (_, change, field) => {
  const { problems, objects } = read(change(sealed(SECRET).text));
  expect(problems.join()).toContain(`${field.replace(/^\d+: /, "")}: was not sealed for this field of this Secret`);
  expect(objects).toEqual({});
});

test("a value beside the sealed ones is an error", () => {
  const { problems } = read(`${sealed(SECRET).text}stringData: {new: x}\n`);
  expect(problems).toEqual([expect.stringMatching(/^f.yaml:\d+: stringData: the Secret is sealed, and this is not/)]);
});

test("where no host opens it, its values stay sealed", () => {
  const { objects, problems } = read(sealed(SECRET).text, false);
  expect(problems).toEqual([]);
  expect(JSON.stringify(objects)).not.toContain("bWU=");
});
