import { parseQuantity } from "../model/api/quantity.ts";
import { FIELD_RULES } from "./field-rules.ts";
import type { FieldRule } from "./formats.ts";
import { choiceOf, type Issue, type Path, type Report } from "./issue.ts";
import { OBJECT_RULES, type Tree } from "./object-rules.ts";
import type { Field, FieldType, TypeTable } from "./type-table.ts";

const RANGES = { int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 53), 2 ** 53] } as const;

/** A document that contains itself by an alias has no end. The API server's own limit is 10,000. */
const MAX_DEPTH = 100;

/** A value in the form in which the API server stores it, and what is wrong with it. */
export interface Checked {
  readonly value: unknown;
  readonly issues: readonly Issue[];
}

/** Checks a value against a type of the table, field by field, and against the rules for its fields and objects. */
export function checkType(table: TypeTable, name: string, value: unknown): Checked {
  const issues: Issue[] = [];
  const report: Report = (path, message) => issues.push({ path, message });
  return { value: new Checker(table, report, issues).value({ kind: "object", name }, value, []), issues };
}

class Checker {
  readonly #table: TypeTable;
  readonly #report: Report;
  readonly #issues: readonly Issue[];

  constructor(table: TypeTable, report: Report, issues: readonly Issue[]) {
    this.#table = table;
    this.#report = report;
    this.#issues = issues;
  }

  /** Returns the value as the API server stores it. What it returns for a wrong value has no meaning. */
  value(type: FieldType, value: unknown, path: Path): unknown {
    if (path.length > MAX_DEPTH) return this.#report([], "is nested too deeply");
    switch (type.kind) {
      case "any":
        return value;
      case "list":
        if (!Array.isArray(value)) return this.#report(path, expected("a list", value));
        return value.map((item, at) => this.value(type.of, item, [...path, at]));
      case "map":
        if (!isTree(value)) return this.#report(path, expected("an object", value));
        return mapValues(value, (item, key) => this.value(type.of, item, [...path, key]));
      case "object":
        if (!isTree(value)) return this.#report(path, expected("an object", value));
        return this.#object(type.name, value, path);
      default:
        return this.#scalar(type, value, path);
    }
  }

  #object(name: string, written: Tree, path: Path): unknown {
    const before = this.#issues.length;
    const fields = this.#table.get(name) ?? new Map<string, Field>();
    for (const [key, { required }] of fields) {
      if (required && !Object.hasOwn(written, key)) this.#report([...path, key], "is missing");
    }
    const entries = Object.entries(written).flatMap(([key, value]): [string, unknown][] => {
      const field = fields.get(key);
      if (field === undefined) return this.#unknown(key, [...fields.keys()], path);
      // The API server does not store an optional string that is empty.
      if (value === "" && !field.required && /^(string|enum)$/.test(field.type.kind)) return [];
      return [[key, this.#field(`${name}.${key}`, field, value, [...path, key])]];
    });
    const object: Tree = Object.fromEntries(entries);
    if (this.#issues.length > before) return object;
    for (const rule of OBJECT_RULES[name] ?? [])
      rule(object, (below, message) => this.#report([...path, ...below], message));
    return object;
  }

  #field(name: string, { type, required }: Field, written: unknown, path: Path): unknown {
    const before = this.#issues.length;
    const value = this.value(type, written, path);
    if (this.#issues.length > before) return value;
    if (required && value === "" && !name.endsWith(".value")) this.#report(path, "must not be empty");
    for (const [rule, item, at] of rulesOf(name, value, path)) {
      const message = rule?.(item as never);
      if (message !== undefined) this.#report(at, message);
    }
    return value;
  }

  #scalar(type: Exclude<FieldType, { kind: "list" | "map" | "object" }>, value: unknown, path: Path): unknown {
    switch (type.kind) {
      case "string":
        return typeof value === "string" ? value : this.#report(path, expected("a string", value));
      case "boolean":
        return typeof value === "boolean" ? value : this.#report(path, expected("true or false", value));
      case "int32":
      case "int64":
        return this.#integer(type.kind, value, path);
      case "quantity":
        return this.#quantity(value, path);
      case "intOrString":
        return typeof value === "string" ? value : this.#integer("int32", value, path);
      case "enum":
        if (typeof value === "string" && type.values.includes(value)) return value;
        return this.#report(path, expected(choiceOf(type.values.filter((each) => each !== "")), value, true));
    }
  }

  #integer(kind: keyof typeof RANGES, value: unknown, path: Path): unknown {
    if (!Number.isInteger(value)) return this.#report(path, expected("a whole number", value));
    const [min, max] = RANGES[kind];
    if ((value as number) < min || (value as number) > max)
      return this.#report(path, `expected a number of type ${kind}, found ${value}`);
    return value;
  }

  #quantity(value: unknown, path: Path): unknown {
    const text = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
    if (typeof text === "string" && parseQuantity(text) !== undefined) return text.trim();
    return this.#report(path, expected("a quantity such as 500m or 1Gi", value, true));
  }

  #unknown(key: string, known: readonly string[], path: Path): [] {
    const similar = known.find((each) => isSimilar(each, key));
    const remedy = similar === undefined ? "remove it, or write it where it belongs" : `write ${similar}`;
    this.#report([...path, key], `unknown field: ${remedy}`);
    return [];
  }
}

/** Returns the rule for each value of a field with its path: for each item of a list, and each key and value of a map. */
function rulesOf(name: string, value: unknown, path: Path): [FieldRule | undefined, unknown, Path][] {
  const rule = FIELD_RULES[name];
  if (Array.isArray(value)) return value.map((item, at) => [rule, item, [...path, at]]);
  if (!isTree(value)) return [[rule, value, path]];
  return Object.entries(value).flatMap(([key, item]) => [
    [FIELD_RULES[`${name}{}`], key, [...path, key]],
    [rule, item, [...path, key]],
  ]);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(tree: Tree, change: (value: unknown, key: string) => unknown): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, change(value, key)]));
}

/** Returns what was expected and what was found. The text of a string is shown on request, because it may be secret. */
function expected(what: string, value: unknown, showsText = false): string {
  return `expected ${what}, found ${kindOf(value, showsText)}${remedyFor(what, value)}`;
}

function kindOf(value: unknown, showsText: boolean): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return showsText ? JSON.stringify(value.slice(0, 100)) : "a string";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a fraction";
  return typeof value === "boolean" ? "true or false" : "an object";
}

function remedyFor(what: string, value: unknown): string {
  if (what === "a string" && typeof value !== "object") return ": put quotes around it";
  const isQuoted = typeof value === "string" && (/^-?\d+$/.test(value) || /^(true|false|yes|no|on|off)$/i.test(value));
  return isQuoted && /^(true or false|a whole number)$/.test(what) ? ": remove the quotes" : "";
}

/** True when two names differ in case, or in one letter that is missing, added, replaced or swapped with the next. */
function isSimilar(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  if (left === right) return true;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const rest = (text: string, skipped: number) => text.slice(at + skipped);
  if (rest(left, 1) === rest(right, 0) || rest(left, 0) === rest(right, 1)) return true;
  if (rest(left, 1) === rest(right, 1)) return true;
  return rest(left, 2) === rest(right, 2) && left[at] === right[at + 1] && left[at + 1] === right[at];
}
