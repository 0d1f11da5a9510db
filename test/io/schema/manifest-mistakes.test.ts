import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readManifests } from "../../../src/io/schema/manifest-files.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "unitlet-mistakes-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

const HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n";
const inSpec = (lines: string) => `${HEAD}spec:\n  containers: [{name: app}]\n  ${lines}\n`;
const inContainer = (lines: string) => `${HEAD}spec:\n  containers:\n  - name: app\n    ${lines}\n`;
const inVolume = (lines: string) => inSpec(`volumes:\n  - name: v\n    ${lines}`);
const inPorts = (lines: string) => inContainer(`ports: [{name: http, containerPort: 80}]\n    ${lines}`);

function read(text: string) {
  const path = join(directory, "a.yaml");
  writeFileSync(path, text);
  const { pods, problems } = readManifests([path], "edge");
  return { spec: pods[0]?.spec, problems: problems.map((each) => each.replace(`${directory}/`, "")) };
}

describe("a mistake is told with file, line and field, and there is no pod", () => {
  const C = "spec.containers[0]";
  const cases: [string, string][] = [
    [inSpec("imagePullSecrets: a"), "7: spec.imagePullSecrets: expected a list, found a string"],
    [inSpec("hostAliases: {}"), "7: spec.hostAliases: expected a list, found an object"],
    [inSpec("ephemeralContainers: x"), "7: spec.ephemeralContainers: expected a list, found a string"],
    [inContainer("resizePolicy: {}"), `8: ${C}.resizePolicy: expected a list, found an object`],
    [
      inContainer("terminationMessagePath: 5"),
      `8: ${C}.terminationMessagePath: expected a string, found a number: put quotes around it`,
    ],
    [
      inContainer("livenessProbe:\n      httpGet:\n        port: 80\n        httpHeaders: x"),
      `11: ${C}.livenessProbe.httpGet.httpHeaders: expected a list, found a string`,
    ],
    [
      inContainer('lifecycle:\n      preStop:\n        exec:\n          command: "true"'),
      `11: ${C}.lifecycle.preStop.exec.command: expected a list, found a string`,
    ],
    [
      inContainer('securityContext:\n      privileged: "false"'),
      `9: ${C}.securityContext.privileged: expected true or false, found a string: remove the quotes`,
    ],
    [inContainer("livenessProbe: {}"), `8: ${C}.livenessProbe: expected one of exec, httpGet, tcpSocket or grpc`],
    [
      inContainer("livenessProbe: {exec: {comand: [a]}}"),
      `8: ${C}.livenessProbe.exec.comand: unknown field: write command`,
    ],
    [
      inPorts("readinessProbe:\n      tcpSocket:\n        port: web"),
      `11: ${C}.readinessProbe.tcpSocket.port: the container has no port with the name "web"`,
    ],
    [inContainer("lifecycle: []"), `8: ${C}.lifecycle: expected an object, found a list`],
    [
      inSpec("securityContext:\n    fsGroup: x"),
      "8: spec.securityContext.fsGroup: expected a whole number, found a string",
    ],
    [inSpec("priority: high"), "7: spec.priority: expected a whole number, found a string"],
    [
      inContainer("resources:\n      limits:\n        memory: lots"),
      `10: ${C}.resources.limits.memory: expected a quantity such as 500m or 1Gi, found "lots"`,
    ],
    [
      inSpec('activeDeadlineSeconds: "5"'),
      "7: spec.activeDeadlineSeconds: expected a whole number, found a string: remove the quotes",
    ],
    [
      inSpec('hostname: "Not Valid!"'),
      '7: spec.hostname: expected a DNS label (lower-case letters, digits and dashes), found "Not Valid!"',
    ],
    [
      inContainer("imagePullPolicy: nope"),
      `8: ${C}.imagePullPolicy: expected Always, IfNotPresent or Never, found "nope"`,
    ],
    [
      inVolume("emptyDir: {}\n    hostPath:\n      path: /srv"),
      "10: spec.volumes[0].hostPath: emptyDir is there as well: give one of them",
    ],
    [
      inContainer("securityContext:\n      runAsUser: 4294967296"),
      `9: ${C}.securityContext.runAsUser: expected 0 to 2147483647, found 4294967296`,
    ],
    [
      inContainer("livenessProbe:\n      tcpSocket: {port: 80}\n      periodSeconds: -5"),
      `10: ${C}.livenessProbe.periodSeconds: expected 0 to 2147483647, found -5`,
    ],
    [
      inContainer("livenessProbe: {exec: {command: [a]}, grpc: {port: 1}}"),
      `8: ${C}.livenessProbe.grpc: exec is there as well: give one of them`,
    ],
    [
      inContainer("resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}"),
      `8: ${C}.resources.requests.cpu: expected at most the limit, which is 1500m, found 2`,
    ],
    [
      inContainer("volumeMounts: [{name: v, mountPath: /v, subPath: ../x}]"),
      `8: ${C}.volumeMounts[0].subPath: expected a relative path without .., found "../x"`,
    ],
    [
      inVolume("configMap: {name: m, items: [{key: k, path: ..data}]}"),
      '9: spec.volumes[0].configMap.items[0].path: expected a relative path that does not begin with .. or contain it, found "..data"',
    ],
    [
      inContainer("env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
      `8: ${C}.env[0].valueFrom: value is there as well: give one of them`,
    ],
    [inContainer("args: [a, ~]"), `8: ${C}.args[1]: expected a string, found null`],
    [inSpec("dnsPolicy: None"), "5: spec.dnsConfig.nameservers: expected at least one, because dnsPolicy is None"],
    [
      inContainer("resources: {limits: {memory: .inf}}"),
      `8: ${C}.resources.limits.memory: expected a quantity such as 500m or 1Gi, found a fraction`,
    ],
    [inSpec("secretyContext: {}"), "7: spec.secretyContext: unknown field: remove it, or write it where it belongs"],
    [
      `${HEAD}spec:\n  containers:\n  - name: app\n   command: []\n`,
      "8: is not YAML: bad indentation of a sequence entry",
    ],
    [`${HEAD}metadata: {}\n`, '5: is not YAML: the key "metadata" is there twice'],
  ];

  test.for(cases)("%s", ([text, problem]) => {
    expect(read(text)).toEqual({ spec: undefined, problems: [`a.yaml:${problem}`] });
  });

  // The value of a Secret must not reach the journal.
  test.for([
    ["*hunter2", "there is no anchor of this name before it: write a text that begins with * in quotes"],
    ["!hunter2", "unknown tag: write a text that begins with ! in quotes"],
    ["!hunter2 {}", "unknown tag: write a text that begins with ! in quotes"],
    ["!hunter2!x", "undeclared tag handle: write a text that begins with ! in quotes"],
    ["!hunter2^x", "tag name cannot contain such characters: write a text that begins with ! in quotes"],
    ["!!hunter2", "unknown tag: write a text that begins with ! in quotes"],
    ["!!int hunter2", "the tag !!int does not fit here: remove it"],
  ] as const)("%s, of which no text is shown", ([value, problem]) => {
    const text = `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: ${value}\n`;
    expect(read(text).problems).toEqual([`a.yaml:5: is not YAML: ${problem}`]);
  });

  test("stopSignal: SIGNOPE, of which there are 65 others", () => {
    expect(read(inContainer("lifecycle: {stopSignal: SIGNOPE}")).problems).toEqual([
      expect.stringMatching(
        /^a.yaml:8: spec.containers\[0\].lifecycle.stopSignal: expected SIGABRT, .* found "SIGNOPE"$/,
      ),
    ]);
  });

  test("also in the third document of a file", () => {
    const { problems } = read(`# one\n---\n${inSpec("")}---\n${inSpec("priority: high").replace("web", "other")}`);
    expect(problems).toEqual(["a.yaml:17: spec.priority: expected a whole number, found a string"]);
  });

  test("ten at most, so that a file of another kind does not fill the journal", () => {
    const { problems } = read(inContainer(`args: [${"1,".repeat(50)}]`));
    expect(problems.length).toBe(11);
    expect(problems.at(-1)).toBe("a.yaml:1: document: 40 more mistakes");
  });
});
