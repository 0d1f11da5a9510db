import { expect, test } from "vitest";
import { printable } from "../../src/cli/output.ts";
import { formatFields } from "../../src/log.ts";

test.each([
  ["an escape sequence", "\u001b]0;title\u0007", "\\u001b]0;title\\u0007"],
  ["the return to the start of a line", "bad\rgood", "bad\\u000dgood"],
  ["one of the second range", "\u009b2J\u007f", "\\u009b2J\\u007f"],
  ["lines, tabs and other letters", "a\tb\nç 名\n", "a\tb\nç 名\n"],
])("of %s a terminal obeys nothing", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("a line of a plan and of the journal has no control character", () => {
  const because = "a\nb\u001b[2J\u007f\u009b2J";
  expect(formatFields("start", { because })).toBe('start because="a\\nb\\u001b[2J\\u007f\\u009b2J"');
});
