import { API_TYPES } from "../../config/api-types.ts";
import { type Field, type FieldType, parseTypes, type TypeTable } from "../../config/type-table.ts";
import { type FieldLabel, fieldLabel } from "../../translate/fields/field-row.ts";
import { FIELDS } from "../../translate/fields/fields.ts";
import { generalized } from "../../translate/fields/supported.ts";
import type { FieldRow } from "./field-words.ts";

/** A field of a pod's spec, as the API server publishes it. */
export interface FieldNode {
  /** As kubectl writes it, without the brackets of lists: "spec.containers.image". */
  readonly path: string;
  /** The path with [] after each list that it leads through: "spec.containers[].image". */
  readonly pattern: string;
  readonly type: FieldType;
}

let table: TypeTable | undefined;

const types = (): TypeTable => {
  table ??= parseTypes(API_TYPES);
  return table;
};

export const SPEC: FieldNode = { path: "spec", pattern: "spec", type: { kind: "object", name: "PodSpec" } };

/** Returns the fields inside: those of its type, or the keys of a map that have rows, such as "cpu". */
export function childrenOf({ path, pattern, type }: FieldNode): readonly FieldNode[] {
  const inner = type.kind === "list" ? type.of : type;
  const below = `${pattern}${type.kind === "list" ? "[]" : ""}.`;
  const child = (name: string, of: FieldType): FieldNode => ({
    path: `${path}.${name}`,
    pattern: `${below}${name}`,
    type: of,
  });
  const rows = Object.keys(FIELDS).flatMap((row) => (row.startsWith(below) ? [row.slice(below.length)] : []));
  if (inner.kind === "map") return rows.map((name) => child(name, inner.of));
  if (inner.kind !== "object") return [];
  const fields = types().get(inner.name) ?? new Map<string, Field>();
  // The API server publishes the fields of alpha features only with their gates.
  const more = rows.filter((name) => /^\w+$/.test(name) && !fields.has(name));
  return [
    ...[...fields].map(([name, { type: of }]) => child(name, of)),
    ...more.map((name) => child(name, { kind: "any" })),
  ];
}

/** Returns the child of this name; undefined when there is none. A map has a child of any name. */
export function childOf(node: FieldNode, name: string): FieldNode | undefined {
  const { path, pattern, type } = node;
  const found = childrenOf(node).find((child) => child.path === `${path}.${name}`);
  return (
    found ??
    (type.kind === "map" ? { path: `${path}.${name}`, pattern: `${pattern}.${name}`, type: type.of } : undefined)
  );
}

/** What decides about a field. */
export interface Decision {
  readonly row: FieldRow;
  /** The pattern of the row. */
  readonly pattern: string;
  /** True when the row is that of a field around this one. */
  readonly isAround: boolean;
}

/** Returns the row that decides about a field; undefined when the fields inside decide, or when no row covers it. */
export function decisionOf(pattern: string): Decision | undefined {
  for (let at = pattern; at !== "spec"; at = at.slice(0, at.lastIndexOf("."))) {
    const row = FIELDS[generalized(at)] ?? FIELDS[at.replace(/\[\]$/, "")];
    if (row === "descend") return undefined;
    if (row !== undefined) return { row, pattern: generalized(at), isAround: at !== pattern };
  }
  return undefined;
}

/** Returns the label of a field; undefined when the fields inside have labels of their own. */
export function labelOf({ pattern }: FieldNode): FieldLabel | undefined {
  const decision = decisionOf(pattern);
  if (decision !== undefined) return fieldLabel(decision.row);
  return hasRowsInside(pattern) ? undefined : "rejected";
}

function hasRowsInside(pattern: string): boolean {
  return Object.keys(FIELDS).some((row) => row.startsWith(`${pattern}.`) || row.startsWith(`${pattern}[].`));
}

/** Returns all fields of the spec in the order of the types. Those of other containers are as those of `containers`. */
export function allFields(of: FieldNode = SPEC): readonly FieldNode[] {
  const isCopy = /^spec\.(init|ephemeral)Containers$/.test(of.path);
  return [of, ...(isCopy ? [] : childrenOf(of).flatMap((child) => allFields(child)))];
}
