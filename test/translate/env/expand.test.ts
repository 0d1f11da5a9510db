import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expand } from "../../../src/translate/env/expand.ts";
import { forAll } from "../../support/fuzz.ts";
import { podOf, waiting } from "../base.ts";

const VARIABLES = new Map([
  ["VAR_A", "A"],
  ["VAR_B", "B"],
  ["VAR_C", "C"],
  ["VAR_REF", "$(VAR_A)"],
  ["VAR_EMPTY", ""],
]);

// The table of the kubelet's own test.
const TABLE: [what: string, text: string, expected: string][] = [
  ["whole string", "$(VAR_A)", "A"],
  ["repeat", "$(VAR_A)-$(VAR_A)", "A-A"],
  ["beginning", "$(VAR_A)-1", "A-1"],
  ["middle", "___$(VAR_B)___", "___B___"],
  ["end", "___$(VAR_C)", "___C"],
  ["compound", "$(VAR_A)_$(VAR_B)_$(VAR_C)", "A_B_C"],
  ["escape and expand", "$$(VAR_B)_$(VAR_A)", "$(VAR_B)_A"],
  ["compound escape", "$$(VAR_A)_$$(VAR_B)", "$(VAR_A)_$(VAR_B)"],
  ["mixed in escapes", "f000-$$VAR_A", "f000-$VAR_A"],
  ["backslash escape ignored", "foo\\$(VAR_C)bar", "foo\\Cbar"],
  ["two backslashes", "foo\\\\$(VAR_C)bar", "foo\\\\Cbar"],
  ["lots of backslashes", "foo\\\\\\\\$(VAR_A)bar", "foo\\\\\\\\Abar"],
  ["nested references", "$(VAR_A$(VAR_B))", "$(VAR_A$(VAR_B))"],
  ["nested references, second type", "$(VAR_A$(VAR_B)", "$(VAR_A$(VAR_B)"],
  ["value is a reference", "$(VAR_REF)", "$(VAR_A)"],
  ["value is a reference, twice", "%%$(VAR_REF)--$(VAR_REF)%%", "%%$(VAR_A)--$(VAR_A)%%"],
  ["empty variable", "foo$(VAR_EMPTY)bar", "foobar"],
  ["unterminated expression", "foo$(VAR_Awhoops!", "foo$(VAR_Awhoops!"],
  ["expression without operator", "f00__(VAR_A)__", "f00__(VAR_A)__"],
  ["shell's special variables", "$?_boo_$!", "$?_boo_$!"],
  ["bare operators", "$VAR_A", "$VAR_A"],
  ["undefined variables", "$(VAR_DNE)", "$(VAR_DNE)"],
  ["even operators, undefined", "$$$$$$(BIG_MONEY)", "$$$(BIG_MONEY)"],
  ["even operators, defined", "$$$$$$(VAR_A)", "$$$(VAR_A)"],
  ["odd operators, undefined", "$$$$$$$(GOOD_ODDS)", "$$$$(GOOD_ODDS)"],
  ["odd operators, defined", "$$$$$$$(VAR_A)", "$$$A"],
  ["missing open expression", "$VAR_A)", "$VAR_A)"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's syntax, which is not expanded
  ["shell syntax", "${VAR_A}", "${VAR_A}"],
  ["trailing incomplete expression", "$(VAR_B)_______$(A", "B_______$(A"],
  ["trailing incomplete expression, no content", "$(VAR_C)_______$(", "C_______$("],
  ["operator at the end", "$(VAR_A)foobarzab$", "Afoobarzab$"],
  ["shell escaped incomplete expression", "foo-\\$(VAR_A", "foo-\\$(VAR_A"],
  ["lots of $( in the middle", "--$($($($($--", "--$($($($($--"],
  ["lots of $( at the beginning", "$($($($($--foo$(", "$($($($($--foo$("],
  ["lots of $( at the end", "foo0--$($($($(", "foo0--$($($($("],
  ["escaped operators in names", "$(foo$$var)", "$(foo$$var)"],
  ["newline", "\n", "\n"],
  ["dollar sign before another script", "$£FOO prefix-$€-suffix $中文", "$£FOO prefix-$€-suffix $中文"],
];

test.for(TABLE)("%s", ([, text, expected]) => {
  expect(expand(text, (name) => VARIABLES.get(name))).toBe(expected);
});

test.for(["$(".repeat(500_000), `${"$(VAR_EMPTY)".repeat(50_000)}$(`, "$".repeat(1_000_000)])(
  "a long text takes no time (%#)",
  (text) => {
    const begun = process.cpuUsage();
    expand(text, (name) => VARIABLES.get(name));
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1000);
  },
);

describe("variables that are made of each other", () => {
  const doubled = (times: number) =>
    Array.from({ length: times }, (_, at) => ({
      name: `V${at}`,
      value: at === 0 ? "12345678" : `$(V${at - 1})$(V${at - 1})`,
    }));

  test("are what they say", () => {
    expect(waiting(podOf({ env: doubled(10) }))).toBeUndefined();
  });

  test.for([
    ["double too often", doubled(40)],
    [
      "are too many",
      [...doubled(13), ...Array.from({ length: 200 }, (_, at) => ({ name: `W${at}`, value: "$(V12)" }))],
    ],
  ] as const)("%s: the container waits, and says why", ([, env]) => {
    expect(waiting(podOf({ env: [...env] }))).toEqual({
      reason: "CreateContainerConfigError",
      message: expect.stringMatching(/^spec\.containers\[app\] .*that Linux passes to a program$/),
    });
  });
});

test("the limits count bytes, not UTF-16 code units", () => {
  // Each character has three bytes in UTF-8, so these are 120 KiB and 135 KiB.
  const of = (characters: number) => () => expand("$(X)", () => "€".repeat(characters));
  expect(of(40 * 1024)()).toHaveLength(40 * 1024);
  expect(of(45 * 1024)).toThrow("128 KiB");
});

test("agrees with the kubelet's way of reading, letter by letter", () => {
  const pieces = fc.constantFrom(
    "$",
    "$$",
    "$(",
    "(",
    ")",
    "VAR_A",
    "VAR_REF",
    "VAR_EMPTY",
    "X",
    "$(VAR_B)",
    "\n",
    "é",
  );
  forAll(fc.array(pieces, { maxLength: 12 }), (parts) => {
    expect(expand(parts.join(""), (name) => VARIABLES.get(name))).toBe(letterByLetter(parts.join("")));
  });
});

function letterByLetter(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== "$" || at + 1 >= text.length) {
      out += text[at];
      continue;
    }
    at += 1;
    const end = text.indexOf(")", at);
    if (text[at] === "$") out += "$";
    else if (text[at] !== "(") out += `$${text[at]}`;
    else if (end < 0) out += "$(";
    else {
      const name = text.slice(at + 1, end);
      out += VARIABLES.get(name) ?? `$(${name})`;
      at = end;
    }
  }
  return out;
}
