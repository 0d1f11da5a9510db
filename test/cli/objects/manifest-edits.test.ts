import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changedFiles, fileNameOf, newFile, writeChanged } from "../../../src/cli/objects/manifest-edits.ts";
import { readStoredObjects, type StoredObject } from "../../../src/io/schema/stored-objects.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-edits-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const FIRST = document("first");
const SECOND = `---\n# about the second\n${document("second")}`;
const THIRD = `---\n${document("third")}`;

function document(name: string, kind = "ConfigMap"): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
}

/** Writes a file, and returns its objects. */
function stored(text: string, name = "all.yaml"): readonly StoredObject[] {
  const path = join(directory, name);
  writeFileSync(path, text, { mode: 0o644 });
  return readStoredObjects([{ name: path, read: () => readFileSync(path) }], "edge").objects;
}

const textsOf = (edits: Parameters<typeof changedFiles>[0]) => changedFiles(edits).map(({ text }) => text);

test("several documents of one file change at once", () => {
  const [first, , third] = stored(FIRST + SECOND + THIRD) as [StoredObject, StoredObject, StoredObject];
  const longer = document("first").replace("metadata", "data: {a: b}\nmetadata");
  expect(
    textsOf([
      { stored: first, text: longer },
      { stored: third, text: document("third") },
    ]),
  ).toEqual([longer + SECOND + THIRD]);
});

test("several documents leave one file", () => {
  const [first, second, third] = stored(FIRST + SECOND + THIRD) as [StoredObject, StoredObject, StoredObject];
  expect(textsOf([{ stored: first }, { stored: second }])).toEqual([THIRD]);
  expect(textsOf([{ stored: first }, { stored: second }, { stored: third }])).toEqual([undefined]);
});

test("a file that was edited by hand meanwhile is left alone", () => {
  const [, second] = stored(FIRST + SECOND) as [StoredObject, StoredObject];
  writeFileSync(second.place.file, `# a new line\n${FIRST}${SECOND}`);
  expect(() => changedFiles([{ stored: second }])).toThrow("has changed meanwhile");
});

test("the file of unitlet apply is left alone, too", () => {
  const [own] = stored(FIRST, "default.configmap.first.yaml") as [StoredObject];
  writeFileSync(own.place.file, `${FIRST}data: {by: hand}\n`.replace("apiVersion", "# mine\napiVersion"));
  expect(() => changedFiles([{ stored: own, text: FIRST }])).toThrow("has changed meanwhile");
});

test("a file keeps its permissions, unless a Secret is written", () => {
  const [first, key] = stored(`${FIRST}---\n${document("key", "Secret")}`) as [StoredObject, StoredObject];
  expect(changedFiles([{ stored: first, text: FIRST }]).map(({ mode }) => mode)).toEqual([0o644]);
  expect(changedFiles([{ stored: key, text: document("key", "Secret") }]).map(({ mode }) => mode)).toEqual([0o600]);
});

test("a name of 253 characters gets a file of its own", () => {
  const [one, other] = stored(`${document(`${"a".repeat(252)}b`)}---\n${document(`${"a".repeat(252)}c`)}`);
  const names = [one, other].map((each) => fileNameOf(each as StoredObject));
  expect(names.map((each) => each.length)).toEqual([255, 255]);
  expect(names[0]).not.toBe(names[1]);
  const file = newFile(directory, one as StoredObject, "a: 1");
  writeChanged(file);
  expect(readFileSync(file.path, "utf8")).toBe("a: 1\n");
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});
