import type { Pod } from "../../model/api/pod.ts";
import type { Problem } from "../../model/problem.ts";
import { OTHER_NODE, type Row } from "./field-row.ts";
import { FIELDS } from "./fields.ts";

/**
 * Returns a problem for each field of the pod that is not simply supported. Rows are found by the path without list
 * indexes. A field that no row covers is rejected, because nothing says that it is safe to ignore.
 */
export function fieldProblems(pod: Pod): Problem[] {
  const problems: Problem[] = [];
  visit({ value: pod.spec, pattern: "spec", path: "spec" }, problems);
  return problems;
}

/** A value with its path, and the path without list indexes. */
interface Field {
  readonly value: unknown;
  readonly pattern: string;
  readonly path: string;
}

/** The paths of all objects and lists that contain a field with a row. */
const ON_THE_WAY: ReadonlySet<string> = new Set(
  Object.keys(FIELDS).flatMap((path) => [...path.matchAll(/\.|\[\]/g)].map(({ index }) => path.slice(0, index))),
);

function visit({ value, pattern, path }: Field, problems: Problem[]): void {
  if (value === undefined || value === null) return;
  const row = FIELDS[generalized(pattern)];
  if (row !== undefined && row !== "descend") {
    checkField(row, { value, pattern, path }, problems);
    return;
  }
  const isInner = typeof value === "object" && (row === "descend" || isOnTheWay(pattern));
  if (isInner && Array.isArray(value)) {
    for (const [at, item] of value.entries())
      visit({ value: item, pattern: `${pattern}[]`, path: `${path}[${nameOf(item) ?? at}]` }, problems);
  } else if (isInner) {
    for (const [key, item] of Object.entries(value))
      visit({ value: item, pattern: `${pattern}.${key}`, path: `${path}.${key}` }, problems);
  } else if (typeof value !== "object" || !isEmpty(value)) {
    const because = "is not known to this version of unitlet";
    problems.push({ severity: "reject", path, because, remedy: OTHER_NODE });
  }
}

/** Returns the pattern with the kind of resource that has a row instead of its name. */
export function generalized(pattern: string): string {
  if (!pattern.includes(".resources.")) return pattern;
  return pattern.replace(
    /(\.resources\.(?:limits|requests)\.)(?:(hugepages-)[^/]*|[^/]+\/[^/]+)$/,
    (_, before, pages) => (pages === undefined ? `${before}*/*` : `${before}hugepages-*`),
  );
}

function isOnTheWay(pattern: string): boolean {
  return ON_THE_WAY.has(pattern) || ON_THE_WAY.has(pattern.replace(/\[\]$/, ""));
}

function checkField(row: Exclude<Row, "descend">, { value, path }: Field, problems: Problem[]): void {
  if (row === "supported" || row === "control-plane") return;
  if (isEmpty(value) || row.unless?.(value)) return;
  problems.push({ severity: row.severity, path, because: row.because, remedy: row.remedy });
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function nameOf(item: unknown): string | undefined {
  const name = (item as { name?: unknown } | null)?.name;
  return typeof name === "string" ? name : undefined;
}
