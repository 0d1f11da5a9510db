import { API_TYPES } from "../../src/config/api-types.ts";
import type { Path } from "../../src/config/issue.ts";
import { type FieldType, parseTypes } from "../../src/config/type-table.ts";

const TABLE = parseTypes(API_TYPES);

export interface Place {
  readonly path: Path;
  readonly type: FieldType;
}

/** Returns a path to each field of each type, once, and to the items of its lists and maps. */
export function everyField(): Place[] {
  const places: Place[] = [];
  const seen = new Set<string>();
  const visit = (type: FieldType, path: Path): void => {
    places.push({ path, type });
    if (type.kind === "list") visit(type.of, [...path, 0]);
    if (type.kind === "map") visit(type.of, [...path, "key"]);
    if (type.kind !== "object" || seen.has(type.name)) return;
    seen.add(type.name);
    for (const [name, field] of TABLE.get(type.name) ?? []) visit(field.type, [...path, name]);
  };
  visit({ kind: "object", name: "Pod" }, []);
  return places.filter(({ path, type }) => path.length > 0 && type.kind !== "any");
}

/** Returns a document that has only what leads to the value. */
export function documentWith(value: unknown, path: Path): unknown {
  return path.reduceRight((below, step) => (typeof step === "number" ? [below] : { [step]: below }), value);
}
