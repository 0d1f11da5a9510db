import { describe, expect, test } from "vitest";
import { exportLine } from "../../src/unitfile/launch.ts";
import { execLine, quotePath, quoteWord } from "../../src/unitfile/quote.ts";
import { HOSTILE_VALUES, unlessRefused } from "./hostile.ts";
import { environmentOf, execWords } from "./systemd-reader.ts";

describe("what is written", () => {
  const cases: [string, () => string, string][] = [
    ["a plain word", () => quoteWord("a"), '"a"'],
    ["no text", () => quoteWord(""), '""'],
    ["blanks and single quotes", () => quoteWord(" it's "), '" it\'s "'],
    ["quotes and backslashes", () => quoteWord('"\\'), '"\\"\\\\"'],
    ["a specifier", () => quoteWord("100%n"), '"100%%n"'],
    ["a newline", () => quoteWord("a\nb"), '"a\\x0ab"'],
    ["a noncharacter", () => quoteWord("\uffff"), '"\\xef\\xbf\\xbf"'],
    ["other characters as they are", () => quoteWord("é 👩‍🚀 \u2028"), '"é 👩‍🚀 \u2028"'],
    ["a command line", () => execLine(["/bin/sh", "-c", 'echo "$HOME" %i']), ':"/bin/sh" "-c" "echo \\"$HOME\\" %%i"'],
    ["a bare program name", () => execLine(["sh"]), ':"sh"'],
    ["a path", () => quotePath("/srv/a b/50%"), "/srv/a b/50%%"],
    ["a variable", () => exportLine("A", 'x "y" $z \\\n'), "export A='x \"y\" $z \\\n'\n"],
    ["a variable with single quotes", () => exportLine("A", "it's"), "export A='it'\\''s'\n"],
  ];

  test.for(cases)("%s", ([, quote, expected]) => {
    expect(quote()).toBe(expected);
  });
});

describe("what is refused, and in which words", () => {
  const cases: [string, () => string, string][] = [
    ["a word with NUL", () => quoteWord("a\0"), "contains a NUL character"],
    ["a word with half a character", () => quoteWord("a\ud800"), "contains half a character (a lone surrogate)"],
    ["no command", () => execLine([]), "has no program"],
    ["an empty program", () => execLine([""]), "has no program"],
    [
      "a relative program",
      () => execLine(["bin/x"]),
      "has a program that is neither the absolute path of a file nor a bare name",
    ],
    [
      "a directory",
      () => execLine(["/bin/"]),
      "has a program that is neither the absolute path of a file nor a bare name",
    ],
    [
      "a program named ..",
      () => execLine([".."]),
      "has a program that is neither the absolute path of a file nor a bare name",
    ],
    [
      "a program with a quote",
      () => execLine(["/it's"]),
      "has a program name with a quote, a backslash or a control character",
    ],
    [
      "a program with a newline",
      () => execLine(["/a\nb"]),
      "has a program name with a quote, a backslash or a control character",
    ],
    [
      "a program that begins with a control character",
      () => execLine(["\x01"]),
      "has a program name with a quote, a backslash or a control character",
    ],
    [
      "more than a line holds",
      () => execLine(["/x", "a".repeat(2 ** 20)]),
      "is longer than the 1 MiB that systemd reads in a line",
    ],
    ["a path with a newline", () => quotePath("/a\nb"), "contains a control character"],
    ["a path that ends in a blank", () => quotePath("/a "), "begins or ends with a character that systemd drops"],
    ["a path that ends in a backslash", () => quotePath("/a\\"), "begins or ends with a character that systemd drops"],
    ["a variable's name with a dash", () => exportLine("a-b", ""), "has a name that a shell cannot export"],
    ["a variable's name with a newline", () => exportLine("a\nb", ""), "has a name that a shell cannot export"],
    ["a variable that a shell has for itself", () => exportLine("UID", ""), "has a name that a shell cannot export"],
    ["a variable that perl obeys", () => exportLine("PERL5OPT", ""), "has a name that a shell cannot export"],
    ["no name", () => exportLine("", "x"), "has a name that a shell cannot export"],
    ["a value with half a character", () => exportLine("A", "\udfff"), "contains half a character (a lone surrogate)"],
    ["a value with NUL", () => exportLine("A", "\0"), "contains a NUL character"],
  ];

  test.for(cases)("%s", ([, quote, message]) => {
    expect(quote).toThrow(expect.objectContaining({ name: "UnquotableError", message }));
  });

  test.for(["-", "@", ":", "+", "!", "|"])("a program that begins with systemd's prefix %s", (prefix) => {
    expect(() => execLine([`${prefix}/bin/x`])).toThrow(`has a program name that begins with ${prefix}`);
  });
});

test("a line is as long as systemd reads it, and no longer", () => {
  const most = 2 ** 20 - 128;
  const argument = "a".repeat(most - ':"/x" ""'.length);
  expect(execLine(["/x", argument])).toHaveLength(most);
  expect(() => execLine(["/x", `${argument}a`])).toThrow("is longer than the 1 MiB that systemd reads in a line");
});

describe("hostile values survive", () => {
  test("as arguments", () => {
    expect(execWords(execLine(["/bin/x", ...HOSTILE_VALUES]))).toEqual(["/bin/x", ...HOSTILE_VALUES]);
  });

  test("as values of variables", () => {
    const variables = new Map(HOSTILE_VALUES.map((value, at) => [`V${at}`, value]));
    const lines = [...variables].map(
      ([name, value]) => unlessRefused(() => exportLine(name, value)) ?? variables.delete(name),
    );
    expect(environmentOf(lines.filter((line) => line !== true).join(""))).toEqual(variables);
    expect(variables.size).toBe(HOSTILE_VALUES.length);
  });
});
