import { expect, test } from "vitest";
import { seal } from "../../src/cli/seal.ts";

test.each([
  [[], "name a file, or - for standard input"],
  [["a.yaml", "b.yaml"], 'unexpected argument "b.yaml"'],
  [["a.yaml", "--key", "tpm"], "--key tpm: expected auto, host or tpm2"],
  [["-", "--in-place"], "--in-place needs a file"],
])("unitlet seal %j is refused with the usage", async (words, problem) => {
  await expect(seal(words)).rejects.toThrow(`unitlet seal: ${problem}\n\nusage: unitlet seal`);
});
