import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { withPrefix } from "../../../src/cli/verbs/prefix.ts";

async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const each of texts) yield Buffer.from(each);
}

async function prefixed(...texts: readonly string[]): Promise<string> {
  return await text(withPrefix(chunks(...texts), "> "));
}

test("each line has the prefix once, also one in several chunks", async () => {
  expect(await prefixed("one\ntw", "o\n", "\nthree")).toBe("> one\n> two\n> \n> three");
});

test("no output has none", async () => {
  expect(await prefixed("", "")).toBe("");
});
