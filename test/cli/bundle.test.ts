import { expect, test } from "vitest";
import { bundle } from "../../src/cli/bundle.ts";

test.each([
  [["edge.tar"], "--release is missing: name the .tar.gz of a release of unitlet"],
  [["--release", "r.tar.gz"], "name one file for the bundle"],
  [["--release", "r.tar.gz", "a.tar", "b.tar"], "name one file for the bundle"],
])("unitlet bundle %j is refused with the usage", async (words, problem) => {
  await expect(bundle(words)).rejects.toThrow(`unitlet bundle: ${problem}\n\nusage: unitlet bundle`);
});
