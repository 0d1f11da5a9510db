import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readManifests } from "../../../src/io/schema/manifest-files.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-yaml-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

const HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n";
const inSpec = (lines: string) => `${HEAD}spec:\n  containers: [{name: app}]\n  ${lines}\n`;
const inContainer = (lines: string) => `${HEAD}spec:\n  containers:\n  - name: app\n    ${lines}\n`;
const inVolume = (lines: string) => inSpec(`volumes:\n  - name: v\n    ${lines}`);
function read(text: string) {
  const path = join(directory, "a.yaml");
  writeFileSync(path, text);
  const { pods, problems } = readManifests([path], "edge");
  return { spec: pods[0]?.spec, problems: problems.map((each) => each.replace(`${directory}/`, "")) };
}

describe("YAML is read as kubectl reads it", () => {
  const cases: [string, string, object][] = [
    ["no, yes, off and on", inContainer("tty: no\n    stdin: yes"), { containers: [{ tty: false, stdin: true }] }],
    [
      "privileged: no",
      inContainer("securityContext: {privileged: no, allowPrivilegeEscalation: off}"),
      { containers: [{ securityContext: { privileged: false, allowPrivilegeEscalation: false } }] },
    ],
    ["hostPID: no", inSpec("hostPID: no\n  hostIPC: off"), { hostPID: false, hostIPC: false }],
    [
      "octal numbers",
      inSpec(
        "volumes: [{name: v, secret: {secretName: s, defaultMode: 0400}}, {name: w, configMap: {name: m, defaultMode: 0o444}}]",
      ),
      { volumes: [{ secret: { defaultMode: 0o400 } }, { configMap: { defaultMode: 0o444 } }] },
    ],
    [
      "a number as quantity",
      inVolume("emptyDir: {sizeLimit: 1048576}"),
      { volumes: [{ emptyDir: { sizeLimit: "1048576" } }] },
    ],
    [
      "merge keys",
      inContainer("env:\n    - &a {name: A, value: x}\n    - {<<: *a, name: B}"),
      {
        containers: [
          {
            env: [
              { name: "A", value: "x" },
              { name: "B", value: "x" },
            ],
          },
        ],
      },
    ],
    ["a byte order mark", `\ufeff${inSpec("hostname: a")}`, { hostname: "a" }],
    ["lines of Windows", inSpec("hostname: a").replaceAll("\n", "\r\n"), { hostname: "a" }],
    ["a directive", `%YAML 1.1\n---\n${inSpec("hostname: a")}`, { hostname: "a" }],
    ["an empty string in an optional field", inSpec('hostname: ""\n  restartPolicy: ""'), { restartPolicy: "Always" }],
    [
      "a probe with 0, which means the default",
      inContainer("livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 0}"),
      { containers: [{ livenessProbe: { tcpSocket: { port: 1 } } }] },
    ],
    [
      "JSON with tabs",
      '{\n\t"apiVersion": "v1", "kind": "Pod",\n\t"metadata": {"name": "a"},\n\t"spec": {"containers": [{"name": "app"}]}\n}',
      { containers: [{ name: "app" }] },
    ],
  ];

  test.for(cases)("%s", ([, text, spec]) => {
    const found = read(text);
    expect(found.problems).toEqual([]);
    expect(found.spec).toMatchObject(spec);
  });

  test.for(["utf-16le", "utf-16be"])("%s", (encoding) => {
    const little = Buffer.from(`\ufeff${inSpec("hostname: a")}`, "utf16le");
    const path = join(directory, "b.yaml");
    writeFileSync(path, encoding === "utf-16le" ? little : little.swap16());
    expect(readManifests([path], "edge").pods[0]?.spec.hostname).toBe("a");
  });

  test("bytes of another encoding are a mistake", () => {
    const path = join(directory, "b.yaml");
    writeFileSync(path, Buffer.from([0x61, 0xe4, 0x0a]));
    expect(readManifests([path], "edge").problems).toEqual([`${path}: cannot be read: is no text in UTF-8`]);
  });
});
