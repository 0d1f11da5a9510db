import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UnitSections } from "../../src/model/unit.ts";
import { decodeUnit, encodeUnit, UnitSyntaxError } from "../../src/unitfile/codec.ts";
import { exportLine, isShellName, launchText } from "../../src/unitfile/launch.ts";
import { execLine, quotePath, quoteWord } from "../../src/unitfile/quote.ts";
import { forAll } from "../support/fuzz.ts";
import { anyText, hostileText, unlessRefused } from "./hostile.ts";
import { environmentOf, execWords, isCleanUtf8, launched, significantLines } from "./systemd-reader.ts";

const argv = fc.array(hostileText, { maxLength: 5 }).map((args) => ["/bin/program", ...args]);
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter(isShellName);
const path = hostileText.map((text) => `/${text}`);

describe("what comes out is what went in", () => {
  test("argv, through an ExecStart= line", () => {
    forAll(argv, (words) => expect(execWords(execLine(words))).toEqual(words));
  });

  test("a path to the end of the line", () => {
    forAll(path, (text) => {
      const line = unlessRefused(() => quotePath(text));
      fc.pre(line !== undefined);
      expect(line.trim().replaceAll("%%", "%")).toBe(text);
    });
  });

  test("an environment, through the file that a shell reads", () => {
    forAll(fc.dictionary(name, hostileText), (variables) => {
      const lines = Object.entries(variables).map(([key, value]) => unlessRefused(() => exportLine(key, value)));
      fc.pre(!lines.includes(undefined));
      expect(environmentOf(lines.join(""))).toEqual(new Map(Object.entries(variables)));
    });
  });

  test("variables of any name and the program's words, through a launch file", () => {
    const variables = fc.dictionary(fc.oneof(name, anyText), anyText);
    forAll(fc.tuple(variables, fc.array(anyText)), ([wanted, words]) => {
      const text = unlessRefused(() =>
        launchText("/run/x", "mark", { variables: new Map(Object.entries(wanted)), argv: words, directory: "/" }),
      );
      fc.pre(text !== undefined);
      expect(launched(text)).toEqual({ variables: new Map(Object.entries(wanted)), argv: words });
    });
  });

  test("a unit, through text", () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
    const line = fc.tuple(key, hostileText.map(quoteWord));
    const sections = fc.uniqueArray(fc.tuple(key, fc.array(line, { maxLength: 5 })), {
      selector: ([section]) => section,
    });
    forAll(sections, (unit) => {
      const decoded = Object.entries(decodeUnit(encodeUnit(unit)));
      const expected = unit.map(([section, lines]) => [section, Map.groupBy(lines, ([of]) => of)] as const);
      expect(decoded.map(([section]) => section)).toEqual(unit.map(([section]) => section));
      expect(decoded.map(([, lines]) => Object.entries(lines))).toEqual(
        expected.map(([, lines]) => [...lines].map(([of, values]) => [of, values.map(([, value]) => value)])),
      );
    });
  });
});

test("a value that is written is read back as it is, and any other is refused", () => {
  forAll(fc.array(anyText, { minLength: 1, maxLength: 3 }), (values) => {
    const unit: UnitSections = [["Service", values.map((value) => ["Key", value] as const)]];
    const text = unlessRefused(() => encodeUnit(unit), UnitSyntaxError);
    fc.pre(text !== undefined);
    expect(decodeUnit(text)).toEqual({ Service: { Key: values } });
  });
});

describe("no text, however hostile, makes another line, option or section", () => {
  const values: Record<string, fc.Arbitrary<() => string>> = {
    "execLine()": fc.array(anyText).map((args) => () => execLine(["/bin/x", ...args])),
    "execLine() of a program": anyText.map((program) => () => execLine([program])),
    "quoteWord()": anyText.map((text) => () => quoteWord(text)),
    "quotePath()": anyText.map((text) => () => quotePath(text)),
  };

  test.for(Object.entries(values))("%s", ([, quotes]) => {
    forAll(quotes, (quote) => {
      const value = unlessRefused(quote);
      fc.pre(value !== undefined);
      const unit: UnitSections = [
        [
          "Service",
          [
            ["Key", value],
            ["After", "after.service"],
          ],
        ],
      ];
      expect(significantLines(encodeUnit(unit))).toEqual(["[Service]", `Key=${value}`, "After=after.service"]);
    });
  });

  test.for(Object.entries(values))(
    "%s is UTF-8 as systemd has it, and comes back from disk as it was",
    ([, quotes]) => {
      forAll(quotes, (quote) => {
        const value = unlessRefused(quote);
        fc.pre(value !== undefined);
        expect(isCleanUtf8(value)).toBe(true);
        expect(Buffer.from(value).toString()).toBe(value);
      });
    },
  );

  test("exportLine()", () => {
    forAll(fc.tuple(fc.oneof(name, anyText), anyText), ([key, value]) => {
      const line = unlessRefused(() => exportLine(key, value));
      fc.pre(line !== undefined);
      expect(environmentOf(`${line}export NEXT='1'\n`)).toEqual(
        new Map([
          [key, value],
          ["NEXT", "1"],
        ]),
      );
    });
  });
});
