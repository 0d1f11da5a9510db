import { describe, expect, test } from "vitest";
import { parseManifest } from "../../src/config/manifest.ts";

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
const SECRET = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } };

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a ConfigMap of a manifest", () => {
  test("has its texts and bytes", () => {
    const document = { ...CONFIG_MAP, data: { a: "x" }, binaryData: { b: base64("y") }, immutable: true };
    expect(parseManifest(document, "edge")).toEqual({
      data: {
        kind: "configmap",
        namespace: "default",
        name: "a",
        value: { data: { a: "x" }, binaryData: { b: "eQ==" } },
      },
    });
  });

  test("is in the namespace that it names", () => {
    const document = { ...CONFIG_MAP, metadata: { name: "a", namespace: "shop" } };
    expect(parseManifest(document, "edge")).toEqual({
      data: { kind: "configmap", namespace: "shop", name: "a", value: { data: {}, binaryData: {} } },
    });
  });
});

describe("a Secret of a manifest", () => {
  test("has its bytes, and the texts of stringData in their place", () => {
    const document = { ...SECRET, data: { a: base64("x"), b: base64("y") }, stringData: { b: "z" } };
    expect(parseManifest(document, "edge")).toEqual({
      data: { kind: "secret", namespace: "default", name: "a", value: { data: { a: "eA==", b: "eg==" } } },
    });
  });

  test.each(["constructor", "__proto__", "kubernetes.io/tls"])("may be of the type %s", (type) => {
    const data = { "tls.crt": "eA==", "tls.key": "eA==" };
    expect(parseManifest({ ...SECRET, type, data }, "edge")).toMatchObject({ data: { value: { data } } });
  });

  test("may have lines of base64, as `base64 FILE` prints them", () => {
    const document = { ...SECRET, data: { a: "eHh4\neHg=\n" } };
    expect(parseManifest(document, "edge")).toMatchObject({ data: { value: { data: { a: "eHh4\neHg=\n" } } } });
  });
});

describe("what the API server would reject", () => {
  const cases: [string, object, string][] = [
    ["no name", { ...CONFIG_MAP, metadata: {} }, "metadata.name: is missing"],
    ["no metadata", { apiVersion: "v1", kind: "ConfigMap" }, "metadata: is missing"],
    ["another version", { ...SECRET, apiVersion: "v2" }, 'apiVersion: expected "v1"'],
    [
      "a field of no ConfigMap",
      { ...CONFIG_MAP, spec: {} },
      "spec: unknown field: remove it, or write it where it belongs",
    ],
    [
      "a number as text",
      { ...CONFIG_MAP, data: { a: 1 } },
      "data.a: expected a string, found a number: put quotes around it",
    ],
    [
      "a number as text of a Secret",
      { ...SECRET, stringData: { port: 5432 } },
      "stringData.port: expected a string, found a number: put quotes around it",
    ],
    [
      "a key that is no file name",
      { ...CONFIG_MAP, data: { "a/b": "x" } },
      'data.a/b: expected a key of letters, digits, dashes, dots and underscores, found "a/b"',
    ],
    [
      "a key of both kinds",
      { ...CONFIG_MAP, data: { a: "x" }, binaryData: { a: "eA==" } },
      "binaryData.a: is in data as well: remove one of them",
    ],
    [
      "what is no base64, without its text",
      { ...SECRET, data: { a: "hunter2!" } },
      "data.a: expected base64: write the output of `base64 -w0 FILE`",
    ],
    [
      "more than 1 MiB",
      { ...SECRET, stringData: { a: "x".repeat(1_048_577) } },
      "data: expected at most 1048576 bytes in all values, found 1048577",
    ],
    [
      "a key that the type needs",
      { ...SECRET, type: "kubernetes.io/tls", data: { "tls.crt": "eA==" } },
      "data.tls.key: is missing, and type is kubernetes.io/tls",
    ],
  ];

  test.for(cases)("%s", ([, document, message]) => {
    expect(() => parseManifest(document, "edge")).toThrow(expect.objectContaining({ name: "ManifestError", message }));
  });
});
