/** The type of a field, as the API server publishes it. */
export type FieldType =
  | { readonly kind: "string" | "boolean" | "int32" | "int64" | "quantity" | "intOrString" | "any" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list" | "map"; readonly of: FieldType }
  | { readonly kind: "object"; readonly name: string };

export interface Field {
  readonly type: FieldType;
  readonly required: boolean;
}

/** The fields of each type, by the name of the type. */
export type TypeTable = ReadonlyMap<string, ReadonlyMap<string, Field>>;

const SCALARS = ["string", "boolean", "int32", "int64", "quantity", "intOrString", "any"] as const;

/**
 * Returns the types of a text with one type per line: its name, then its fields as NAME:TYPE. `!` after the name says
 * that the field is required. `[]T` is a list, `{}T` a map, `enum(A|B)` a string, and other words are types.
 */
export function parseTypes(text: string): TypeTable {
  return new Map(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", ...fields] = line.split(" ");
        return [name, new Map(fields.map(parseField))];
      }),
  );
}

function parseField(text: string): [string, Field] {
  const colon = text.indexOf(":");
  const name = text.slice(0, colon);
  const required = name.endsWith("!");
  return [required ? name.slice(0, -1) : name, { type: parseType(text.slice(colon + 1)), required }];
}

function parseType(text: string): FieldType {
  if (text.startsWith("[]")) return { kind: "list", of: parseType(text.slice(2)) };
  if (text.startsWith("{}")) return { kind: "map", of: parseType(text.slice(2)) };
  if (text.startsWith("enum(")) return { kind: "enum", values: text.slice("enum(".length, -1).split("|") };
  const scalar = SCALARS.find((each) => each === text);
  return scalar === undefined ? { kind: "object", name: text } : { kind: scalar };
}
