import { describe, expect, test } from "vitest";
import { explainField } from "../../../src/cli/explain/explain-field.ts";
import { fieldsOfSpec, whatHappens } from "../../../src/cli/explain/field-words.ts";
import { editDistance } from "../../../src/cli/explain/nearest.ts";
import { plain } from "../../../src/cli/explain/text.ts";
import { explain } from "../../../src/cli/explain.ts";
import { ANNOTATIONS } from "../../../src/translate/annotations/table.ts";
import { fieldLabel } from "../../../src/translate/fields/field-row.ts";

function textOf(field: string): string {
  const explanation = explainField(field);
  if (!explanation.ok) throw new Error(explanation.message);
  return explanation.text;
}

function messageOf(field: string): string | undefined {
  const explanation = explainField(field);
  return explanation.ok ? undefined : explanation.message;
}

/** Text without the breaks of its lines. */
const joined = (text: string) => text.replace(/\s+/g, " ");

describe("every field of docs/pod-fields.md has the label and the words of that page", () => {
  test.for(fieldsOfSpec())("%s", ([path, row]) => {
    const text = textOf(`spec.${path}`);
    expect(/^LABEL: (.*)$/m.exec(text)?.[1]).toBe(fieldLabel(row));
    expect(joined(text)).toContain(joined(plain(whatHappens(path, row))));
  });
});

test("a field with its directives", () => {
  expect(
    textOf("spec.containers.resources.limits.memory"),
  ).toBe(`FIELD: spec.containers.resources.limits.memory <Quantity>
LABEL: supported

  \`MemoryMax=\` without swap, of the unit, and of the slice when every container has a limit.

DIRECTIVES:
  MemoryMax=
`);
});

test("a field whose fields inside have labels of their own", () => {
  expect(textOf("spec.volumes.emptyDir")).toBe(`FIELD: spec.volumes.emptyDir <Object>

Each field inside has a label of its own.

FIELDS:
  medium     <string>    partly
  sizeLimit  <Quantity>  supported
`);
});

test("a field inside of one that is supported as a whole", () => {
  expect(joined(textOf("spec.containers.livenessProbe.httpGet.port"))).toMatch(
    /^FIELD: spec\.containers\.livenessProbe\.httpGet\.port <IntOrString> LABEL: supported It is a part of spec\.containers\.livenessProbe\. /,
  );
});

test.each([
  "containers.livenessProbe",
  "pod.spec.containers.livenessProbe",
  "pods.spec.containers.livenessProbe",
  "po.spec.containers.livenessProbe",
  "spec.containers[].livenessProbe",
  "spec.containers[web].livenessProbe",
  "spec.containers[0].livenessProbe",
])("%s is spec.containers.livenessProbe", (field) => {
  expect(textOf(field)).toBe(textOf("spec.containers.livenessProbe"));
});

test.each([
  ["nvidia.com/gpu", "supported"],
  ["hugepages-2Mi", "supported"],
  ["bananas", "rejected"],
])("the resource %s is %s", (name, label) => {
  expect(textOf(`spec.containers.resources.limits.${name}`)).toContain(`limits.${name} <Quantity>\nLABEL: ${label}\n`);
});

test.each([
  ["spec.containers.livenesProbe", "the nearest are spec.containers.livenessProbe"],
  ["spec.livenessprobe", "the nearest are spec.containers.livenessProbe"],
  ["spec.volumes.emptyDir.qqq", "it has medium, sizeLimit"],
  ["spec.hostNetwork.x", "it has none"],
])("%s is unknown: %s", (field, hint) => {
  expect(messageOf(field)).toMatch(new RegExp(`^${field}: there is no field "\\w+" in spec[.\\w]*: ${hint}$`));
});

test.each(["metadata.name", "status.phase", "kind"])("%s is no field of the spec", (field) => {
  expect(messageOf(field)).toBe(`${field}: expected a field of spec, or an annotation such as unitlet.dev/user`);
});

test.each(Object.keys(ANNOTATIONS))("the annotation %s", (name) => {
  const text = textOf(`unitlet.dev/${name}`);
  expect(joined(text)).toContain(joined(plain(ANNOTATIONS[name]?.effect ?? "")));
  expect(textOf(`metadata.annotations[unitlet.dev/${name}]`)).toBe(text);
  expect(textOf(`unitlet.dev/${name}.web`)).toBe(text);
});

test("an unknown annotation", () => {
  expect(messageOf("unitlet.dev/nice")).toMatch(
    /^unitlet\.dev\/nice is no annotation of unitlet: it has unitlet\.dev\/ulimits, /,
  );
});

test("without a field: the groups, with every field and annotation", async () => {
  const words = new Set((await explain([])).split(/[\s,]+/));
  const fields = fieldsOfSpec().map(([path]) => `spec.${path.replaceAll("[]", "")}`);
  expect(fields.filter((field) => !words.has(field))).toEqual([]);
  expect(Object.keys(ANNOTATIONS).filter((name) => !words.has(`unitlet.dev/${name}`))).toEqual([]);
});

test.each([
  [["spec.nope"], 1],
  [["spec", "spec"], 64],
  [["--json"], 64],
])("%j fails with status %i", async (args, status) => {
  await expect(explain(args)).rejects.toMatchObject({ name: "CliError", status });
});

test("no line is longer than 100 columns but those of tables", () => {
  const lines = fieldsOfSpec().flatMap(([path]) => textOf(`spec.${path}`).split("\n"));
  expect(lines.filter((line) => line.length > 100 && line.includes(" "))).toEqual([]);
});

test.each([
  ["", "", 0],
  ["abc", "abc", 0],
  ["kitten", "sitting", 3],
  ["", "abc", 3],
])("the distance of %j and %j is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});
