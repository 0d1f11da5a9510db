import * as ini from "ini";
import type { UnitSections } from "../model/unit.ts";

export class UnitSyntaxError extends Error {
  override readonly name = "UnitSyntaxError";
}

/** Section → key → values in order. */
export type ParsedUnit = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const VALUE_PREFIX = "=";
const NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

/**
 * Unit text for sections whose values are quoted already. Throws UnitSyntaxError rather than write what would read back
 * otherwise: these rules, which cost a hundredth of reading it back, are held against decodeUnit() by properties.
 */
export function encodeUnit(sections: UnitSections): string {
  return sections
    .map(([name, lines]) => `[${checked(name, "section", name)}]\n${lines.map(encodeLine).join("")}`)
    .join("\n");
}

function encodeLine([key, value]: readonly [string, string]): string {
  // A line break begins another assignment, a last backslash joins the next one, and blanks around a value are dropped.
  if (/[\0\r\n]|\\$|^\s|\s$/.test(value))
    throw new UnitSyntaxError(`Cannot write unit: the value of ${key}= would not read back as it was meant`);
  return `${checked(key, "key", key)}=${value}\n`;
}

/**
 * Reads what systemd would read: comments, continuation lines, repeated keys. The npm `ini` parser cuts values at ; and #
 * and guesses types, so it only ever sees values as JSON strings under `Key[]`, with a prefix that makes "true"
 * no boolean; for these it is lossless.
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
  // ini takes these two for the end of a line, and JSON leaves them as they are.
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
