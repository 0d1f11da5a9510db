/**
 * How the node treats a field. `supported`: it is translated. `control-plane`: a node has nothing to do. `descend`: the
 * rows of the fields inside decide. An Exception: it is rejected or ignored, except for the values that `unless`
 * accepts.
 */
export type Row = "supported" | "control-plane" | "descend" | Exception;

export interface Exception {
  readonly severity: "reject" | "ignore";
  readonly because: string;
  readonly remedy: string;
  /** True for a value that asks for nothing that this node cannot do. */
  readonly unless?: (value: unknown) => boolean;
}

/** The labels of fields in the pages. `partly`: some values are accepted, the others are rejected. */
export type FieldLabel = "supported" | "partly" | "ignored" | "rejected";

/** Returns the label of a field with a row of its own. */
export function fieldLabel(row: Exclude<Row, "descend">): FieldLabel {
  if (typeof row === "string") return "supported";
  if (row.severity === "ignore") return "ignored";
  return row.unless === undefined ? "rejected" : "partly";
}

/** The remedy for a field that has no equivalent here. */
export const OTHER_NODE = "remove the field, or run the pod on another node";

/** Returns the row of a field that makes the pod fail, except for the values that `unless` accepts. */
export function rejected(because: string, remedy = OTHER_NODE, unless?: Exception["unless"]): Exception {
  return { severity: "reject", because, remedy, ...(unless ? { unless } : {}) };
}

/** Returns the row of a field that is ignored with an Event, except for the values that `unless` accepts. */
export function ignored(because: string, remedy: string, unless?: Exception["unless"]): Exception {
  return { severity: "ignore", because, remedy, ...(unless ? { unless } : {}) };
}

/** Returns a condition that accepts these values. */
export const is =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);

export const NOT_YET = "is not supported by this version of unitlet";
