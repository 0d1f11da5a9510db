import { expect, test } from "vitest";
import { bundle, imageNames, packedName } from "../../src/cli/bundle.ts";
import { parseManifests } from "../../src/io/schema/manifest-files.ts";

test.each([
  [["edge.tar"], "--release is missing: name the .tar.gz of a release of unitlet"],
  [["--release", "r.tar.gz"], "name one file for the bundle"],
  [["--release", "r.tar.gz", "a.tar", "b.tar"], "name one file for the bundle"],
])("unitlet bundle %j is refused with the usage", async (words, problem) => {
  await expect(bundle(words)).rejects.toThrow(`unitlet bundle: ${problem}\n\nusage: unitlet bundle`);
});

const TEMPLATE = `template:
        spec:
          restartPolicy: Never
          containers: [{name: main, image: "example.org/report:1"}]
`;

test.each([
  ["a CronJob", "CronJob", `schedule: "@daily"\n  jobTemplate:\n    spec:\n      ${TEMPLATE}`],
  ["a Job", "Job", TEMPLATE],
])("the image of %s is packed", (_, kind, spec) => {
  const text = `apiVersion: batch/v1\nkind: ${kind}\nmetadata: {name: report}\nspec:\n  ${spec}`;
  const { problems, ...manifests } = parseManifests([{ name: "f.yaml", read: () => Buffer.from(text) }], "");
  expect(problems).toEqual([]);
  expect(imageNames(manifests)).toEqual(["example.org/report:1"]);
});

test.each([
  ["/srv/web.yaml", "web.yaml"],
  ["web.json", "web.json"],
  ["/srv/web.txt", "web.txt.yaml"],
  ["/dev/fd/63", "63.yaml"],
  [".hidden.yml", "hidden.yml"],
  ["<stdin>", "bundle.yaml"],
])("the manifest %s is packed as %s, which a run reads", (name, packed) => {
  expect(packedName(name)).toBe(packed);
});
