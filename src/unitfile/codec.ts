import * as ini from "ini";
import type { UnitSections } from "../model/unit.ts";

/** Thrown for a value that no unit can carry, and for a text that is no unit. */
export class UnitSyntaxError extends Error {
  override readonly name = "UnitSyntaxError";
}

/** Values in order by section and key. */
export type ParsedUnit = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const VALUE_PREFIX = "=";
const NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

/**
 * Returns the text of a unit whose values are quoted already. Throws UnitSyntaxError for a value that would not read
 * back the same. Properties compare these checks with decodeUnit(), which costs a hundred times more.
 */
export function encodeUnit(sections: UnitSections): string {
  return sections
    .map(([name, lines]) => `[${checked(name, "section", name)}]\n${lines.map(encodeLine).join("")}`)
    .join("\n");
}

function encodeLine([key, value]: readonly [string, string]): string {
  // A line break begins another assignment, a trailing backslash joins the next line, and blanks around a value are
  // dropped.
  if (/[\0\r\n]|\\$|^\s|\s$/.test(value))
    throw new UnitSyntaxError(`Cannot write unit: the value of ${key}= would not read back as it was meant`);
  return `${checked(key, "key", key)}=${value}\n`;
}

/**
 * Reads a unit as systemd does: comments, continuation lines, repeated keys. The npm `ini` parser cuts values at ; and
 * # and guesses types. So it gets values as JSON strings under `Key[]` with a prefix, for which it is lossless. Throws
 * UnitSyntaxError for a text that is no unit.
 */
export function decodeUnit(text: string): ParsedUnit {
  const parsed = ini.parse(logicalLines(text).map(toIniLine).join("\n")) as ParsedUnit;
  const unmarked = (values: readonly string[]) => values.map((value) => value.slice(VALUE_PREFIX.length));
  return mapValues(parsed, (section) => {
    if (Array.isArray(section)) throw new UnitSyntaxError("Cannot read unit: it has an assignment before any section");
    return mapValues(section, unmarked);
  });
}

function mapValues<A, B>(of: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
}

function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let continued: string | undefined;
  for (const raw of text.split(/\r\n|[\r\n]/)) {
    if (/^\s*[#;]/.test(raw) || (continued === undefined && raw.trim() === "")) continue;
    const line: string = continued === undefined ? raw : `${continued} ${raw.replace(/^\s+/, "")}`;
    continued = line.endsWith("\\") ? line.slice(0, -1) : undefined;
    if (continued === undefined) lines.push(line);
  }
  return continued === undefined ? lines : [...lines, continued];
}

function toIniLine(line: string): string {
  const section = /^\s*\[([^\]]*)\]\s*$/.exec(line)?.[1];
  if (section !== undefined) return `[${checked(section, "section", line)}]`;
  const at = line.indexOf("=");
  const key = checked(at < 0 ? line : line.slice(0, at).trim(), "key", line);
  // ini takes these two characters for line ends, and JSON does not escape them.
  const value = JSON.stringify(VALUE_PREFIX + line.slice(at + 1).trim()).replace(
    /[\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16)}`,
  );
  return `${key}[]=${value}`;
}

function checked(name: string, what: string, line: string): string {
  if (NAME.test(name)) return name;
  throw new UnitSyntaxError(`Cannot read unit: "${line.slice(0, 80)}" has no valid ${what}`);
}
