import { expect, test } from "vitest";
import { parseManifests } from "../../../src/io/schema/manifest-files.ts";

const read = (text: string) => parseManifests([{ name: "a.yaml", read: () => Buffer.from(text) }], "edge");

const CLAIM = (size: string, more = "") => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: ${size}
${more}`;

const SERVICE = (port: string) => `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: ${port}
`;

const JOB = (lines: string) => `apiVersion: batch/v1
kind: Job
metadata:
  name: once
spec:
  ${lines}
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main}]
`;

test.each([
  [CLAIM("lots"), 'a.yaml:9: spec.resources.requests.storage: expected a quantity such as 500m or 1Gi, found "lots"'],
  [CLAIM("1Gi", "  volumeMode: 5\n"), "a.yaml:10: spec.volumeMode: expected Block or Filesystem, found a number"],
  [CLAIM("1Gi", "  accessModes: []\n"), 'a.yaml:10: is not YAML: the key "accessModes" is there twice'],
  [
    CLAIM("1Gi", "  storageClas: fast\n"),
    "a.yaml:10: spec.storageClas: unknown field: remove it, or write it where it belongs",
  ],
  [SERVICE('"80"'), "a.yaml:7: spec.ports[0].port: expected a whole number, found a string: remove the quotes"],
  [SERVICE("yes"), "a.yaml:7: spec.ports[0].port: expected a whole number, found true or false"],
  [JOB("completions: 1.5"), "a.yaml:6: spec.completions: expected a whole number, found a fraction"],
  [JOB('suspend: "no"'), "a.yaml:6: spec.suspend: expected true or false, found a string: remove the quotes"],
  [JOB("podFailurePolicy: []"), "a.yaml:6: spec.podFailurePolicy: expected an object, found a list"],
])("a mistake is told with file, line and field: %#", (text, problem) => {
  expect(read(text).problems).toEqual([problem]);
});

test("YAML 1.1 has octal numbers and words for true and false in every kind", () => {
  expect(read(JOB("suspend: off\n  completions: 010")).workloads).toMatchObject([{ suspend: false, completions: 8 }]);
  expect(read(CLAIM("010")).objects).toMatchObject({
    "persistentvolumeclaim/default/data": { directory: { lacks: "Its size is not limited to 8" } },
  });
});

test("a List has objects of every kind, and a mistake in one has its own line", () => {
  const items = [CLAIM("1Gi"), SERVICE("80"), SERVICE("0")].map(
    (text) => `- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`,
  );
  const found = read(`apiVersion: v1\nkind: List\nitems:\n${items.join("")}`);
  expect(found.problems).toEqual(["a.yaml:26: items[2].spec.ports[0].port: expected 1 to 65535, found 0"]);
  expect(Object.keys(found.objects)).toEqual(["persistentvolumeclaim/default/data"]);
  expect(found.services).toMatchObject([{ metadata: { namespace: "default", name: "web" } }]);
});

test("an anchor bounds what aliases repeat, in every kind", () => {
  const levels = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [at, name] of ["b", "c", "d", "e", "f", "g"].entries())
    levels.push(`${name}: &${name} [${`*${"abcdef"[at]}, `.repeat(8)}*${"abcdef"[at]}]`);
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\n${levels.join("\n")}\n`;
  expect(read(text).problems).toEqual([
    expect.stringMatching(/^a\.yaml:\d+: is not YAML: aliases repeat more than 100000 values/),
  ]);
});
