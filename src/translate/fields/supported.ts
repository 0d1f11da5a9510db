import type { Pod } from "../../model/api/pod.ts";
import type { Problem } from "../../model/problem.ts";
import type { Row } from "./field-row.ts";
import { FIELDS } from "./fields.ts";

/**
 * What becomes of each field of this pod that is not simply supported. Fields are looked up by their path with list
 * indexes left out; a field that no row covers is rejected, since nobody decided that it may be dropped.
 */
export function fieldProblems(pod: Pod): Problem[] {
  const problems: Problem[] = [];
  visit(pod.spec, "spec", "spec", pod, problems);
  return problems;
}

/** Every path on the way to a row. */
const ON_THE_WAY: ReadonlySet<string> = new Set(
  Object.keys(FIELDS).flatMap((path) => [...path.matchAll(/\.|\[\]/g)].map(({ index }) => path.slice(0, index))),
);

function visit(value: unknown, pattern: string, path: string, pod: Pod, problems: Problem[]): void {
  if (value === undefined || value === null) return;
  const row = FIELDS[pattern];
  if (row !== undefined && row !== "descend") {
    checkField(row, value, path, pod, problems);
    return;
  }
  const isInner = typeof value === "object" && (row === "descend" || isOnTheWay(pattern));
  if (isInner && Array.isArray(value)) {
    for (const [at, item] of value.entries())
      visit(item, `${pattern}[]`, `${path}[${nameOf(item) ?? at}]`, pod, problems);
  } else if (isInner) {
    for (const [key, item] of Object.entries(value)) visit(item, `${pattern}.${key}`, `${path}.${key}`, pod, problems);
  } else if (typeof value !== "object" || !isEmpty(value)) {
    const remedy = "remove the field, or run the pod on another node";
    problems.push({ severity: "reject", path, because: "is not known to this version of unitlet", remedy });
  }
}

function isOnTheWay(pattern: string): boolean {
  return ON_THE_WAY.has(pattern) || ON_THE_WAY.has(pattern.replace(/\[\]$/, ""));
}

function checkField(row: Exclude<Row, "descend">, value: unknown, path: string, pod: Pod, problems: Problem[]): void {
  if (row === "supported" || row === "control-plane") return;
  if (isEmpty(value) || row.unless?.(value, pod)) return;
  problems.push({ severity: row.severity, path, because: row.because, remedy: row.remedy });
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function nameOf(item: unknown): string | undefined {
  const name = (item as { name?: unknown } | null)?.name;
  return typeof name === "string" ? name : undefined;
}
