import { expect, test, vi } from "vitest";
import { parseManifests } from "../../../src/io/schema/manifest-files.ts";

// A check that has a bug with each object called bug.
vi.mock("../../../src/config/manifest.ts", async (original) => {
  const real = await original<typeof import("../../../src/config/manifest.ts")>();
  const parseManifest: typeof real.parseManifest = (document, node) => {
    if ((document as { metadata: { name: string } }).metadata.name === "bug") throw new TypeError("hunter2 is no list");
    return real.parseManifest(document, node);
  };
  return { ...real, parseManifest };
});

const object = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;

test("a bug that is met with one document is told, and the others are read", () => {
  const text = `${object("ConfigMap", "bug")}---\n${object("ConfigMap", "good")}`;
  const { objects, problems } = parseManifests([{ name: "a.yaml", read: () => Buffer.from(text) }], "edge");
  expect([Object.keys(objects), problems]).toEqual([
    ["configmap/default/good"],
    ["a.yaml:1: document: cannot be checked, which is a bug of unitlet: hunter2 is no list"],
  ]);
});

test("that of a Secret shows no value", () => {
  const text = object("Secret", "bug");
  expect(parseManifests([{ name: "a.yaml", read: () => Buffer.from(text) }], "edge").problems).toEqual([
    "a.yaml:1: document: cannot be checked, which is a bug of unitlet: TypeError",
  ]);
});
