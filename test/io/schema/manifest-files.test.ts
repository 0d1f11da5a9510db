import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readManifests } from "../../../src/io/schema/manifest-files.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-manifests-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

function pod(name: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: app, command: [/bin/app]}]}\n`;
}

const secret = (name: string) => `apiVersion: v1
kind: Secret
metadata:
  name: ${name}
`;

/** Returns a List whose items begin at line 4. */
const list = (...items: readonly string[]) =>
  `apiVersion: v1\nkind: List\nitems:\n${items.map((item) => `- ${item.trimEnd().replaceAll("\n", "\n  ")}\n`).join("")}`;

/** Names of the pods, and problems with the directory left out. */
function read(files: Readonly<Record<string, string>>) {
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  });
  const { pods, problems } = readManifests(paths, "edge");
  return {
    pods: pods.map(({ metadata }) => metadata.name),
    problems: problems.map((each) => each.replace(`${directory}/`, "")),
  };
}

describe("readManifests()", () => {
  const good: [string, Record<string, string>, readonly string[]][] = [
    ["one file", { "a.yaml": pod("a") }, ["a"]],
    ["several documents in a file", { "a.yaml": `---\n${pod("a")}---\n${pod("b")}` }, ["a", "b"]],
    ["several files", { "a.yaml": pod("a"), "b.yml": pod("b") }, ["a", "b"]],
    [
      "JSON",
      { "a.json": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"x"}]}}' },
      ["a"],
    ],
    ["documents with nothing in them", { "a.yaml": `# only a comment\n---\n---\n${pod("a")}---\n` }, ["a"]],
    ["a List, such as `kubectl get -o yaml` prints", { "a.yaml": list(pod("a"), pod("b")) }, ["a", "b"]],
    ["an empty file", { "a.yaml": "" }, []],
    ["no files", {}, []],
  ];

  test.for(good)("%s", ([, files, pods]) => {
    expect(read(files)).toEqual({ pods, problems: [] });
  });

  const bad: [string, Record<string, string>, readonly string[], readonly string[]][] = [
    [
      "a bad document harms no other",
      { "a.yaml": `${pod("a")}---\nkind: ReplicaSet\n---\n${pod("b")}` },
      ["a", "b"],
      [
        'a.yaml:6: kind: expected "Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ConfigMap", "Secret", "PersistentVolumeClaim", "Service" or "List"; other kinds need a cluster',
      ],
    ],
    [
      "a Secret with a number harms no pod",
      { "a.yaml": `${pod("a")}---\n${secret("s")}stringData:\n  port: 5432\n` },
      ["a"],
      ["a.yaml:11: stringData.port: expected a string, found a number: put quotes around it"],
    ],
    [
      "a bad file harms no other",
      { "a.yaml": "{", "b.yaml": pod("b") },
      ["b"],
      ["a.yaml:1: is not YAML: unexpected end of the stream within a flow collection"],
    ],
    [
      "a bad item of a List harms no other",
      { "a.yaml": list("kind: ReplicaSet\n", pod("b")) },
      ["b"],
      [
        'a.yaml:4: items[0].kind: expected "Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ConfigMap", "Secret", "PersistentVolumeClaim", "Service" or "List"; other kinds need a cluster',
      ],
    ],
    [
      "a Secret that is there twice",
      { "a.yaml": `${secret("a")}---\n${pod("a")}---\n${secret("a")}` },
      ["a"],
      ["a.yaml:14: metadata.name: secret default/a is defined twice; the first definition is used"],
    ],
    [
      "a pod that is there twice",
      { "a.yaml": pod("a"), "b.yaml": pod("a") },
      ["a"],
      ["b.yaml:3: metadata.name: pod default/a is defined twice; the first definition is used"],
    ],
  ];

  test.for(bad)("%s", ([, files, pods, problems]) => {
    expect(read(files)).toEqual({ pods, problems });
  });

  test("a file that went away between the listing and the reading", () => {
    expect(readManifests([join(directory, "gone.yaml")], "edge")).toEqual({
      pods: [],
      workloads: [],
      services: [],
      cronJobs: [],
      objects: {},
      problems: [expect.stringContaining("gone.yaml: cannot be read: ENOENT")],
    });
  });
});

describe("a Secret", () => {
  const written = (mode: number, modeOfDirectory: number) => {
    writeFileSync(join(directory, "a.yaml"), secret("a"));
    chmodSync(join(directory, "a.yaml"), mode);
    chmodSync(directory, modeOfDirectory);
    return readManifests([join(directory, "a.yaml")], "edge");
  };
  const found = {
    pods: [],
    workloads: [],
    services: [],
    cronJobs: [],
    objects: { "secret/default/a": { data: {} } },
    problems: [],
  };

  test.for([
    ["in a file of root alone", 0o600, 0o755],
    ["in a directory of root alone", 0o644, 0o700],
  ] as const)("%s is used", ([, mode, modeOfDirectory]) => {
    expect(written(mode, modeOfDirectory)).toEqual(found);
  });

  test("in a file that others can read is not used", () => {
    const path = join(directory, "a.yaml");
    expect(written(0o644, 0o755)).toEqual({
      pods: [],
      workloads: [],
      services: [],
      cronJobs: [],
      objects: {},
      problems: [`${path}:4: kind: other users can read this file, so its Secret is not used: chmod 600 ${path}`],
    });
  });
});

describe("a document is taken as it is written", () => {
  const env = (value: string) => `apiVersion: v1
kind: Pod
metadata:
  name: a
spec:
  containers:
  - name: app
    env:
    - name: A
      value: ${value}
`;
  const cases: [string, string, string][] = [
    ["a word", "x", "x"],
    ["a word in quotes", '"true"', "true"],
    ["several lines", "|\n        a\n          b\n\n        c\n", "a\n  b\n\nc\n"],
    ["several lines, indented more", "|2\n          a\n", "  a\n"],
    ["lines that are folded", ">-\n        a\n        b\n", "a b"],
    ["quotes over several lines", '"a\n        b\n\n        c"', "a b\nc"],
    ["dashes that begin no document", "|\n        ---\n        x\n", "---\nx\n"],
    ["an alias", '&x "y"\n    - name: B\n      value: *x', "y"],
  ];

  test.for(cases)("%s", ([, written, value]) => {
    writeFileSync(join(directory, "a.yaml"), env(written));
    const { pods, problems } = readManifests([join(directory, "a.yaml")], "edge");
    expect([pods[0]?.spec.containers[0]?.env?.at(-1)?.value, problems]).toEqual([value, []]);
  });
});
