import { CONTAINER_EFFECTS } from "../../src/cli/explain/container-effects.ts";
import {
  acceptedValues,
  effectOf,
  type FieldOfSpec,
  fieldsOfSpec,
  groupedFields,
  whatHappens,
} from "../../src/cli/explain/field-words.ts";
import { POD_EFFECTS } from "../../src/cli/explain/pod-effects.ts";
import { fieldLabel } from "../../src/translate/fields/field-row.ts";
import { FIELDS } from "../../src/translate/fields/fields.ts";
import { table } from "./markdown.ts";

/** Returns the tables of all fields of a pod's spec, in groups. */
export function fieldTables(): string {
  return groupedFields()
    .flatMap(([{ title, heading }, fields]) => {
      const rows = fields.map(([path, row]) => [`\`${path}\``, label(row), words(path, row)]);
      const body = rows.length === 0 ? [] : [`### ${title}\n\n${table(["Field", "Label", "What happens"], rows)}`];
      return heading === undefined ? body : [`## ${heading}`, ...body];
    })
    .join("\n\n");
}

/** Fields with a row that nothing describes: supported ones without an effect, and exceptions without a value. */
export function undescribedFields(): string[] {
  const silent = ([path, row]: FieldOfSpec) => {
    if (row === "supported") return effectOf(path) === undefined;
    return typeof row === "object" && row.unless !== undefined && acceptedValues(row).length === 0;
  };
  return fieldsOfSpec()
    .filter(silent)
    .map(([path]) => path);
}

/** Effects of fields that have no row, or are not supported. */
export function staleEffects(): string[] {
  const isSupported = (path: string) => FIELDS[path] === "supported";
  return [
    ...Object.keys(POD_EFFECTS).filter((path) => !isSupported(`spec.${path}`)),
    ...Object.keys(CONTAINER_EFFECTS).filter(
      (path) => !["containers[]", "ephemeralContainers[]"].some((list) => isSupported(`spec.${list}.${path}`)),
    ),
  ];
}

function label(row: FieldOfSpec[1]): string {
  const text = fieldLabel(row);
  return text === "rejected" ? `**${text}**` : text;
}

/** In a cell of a table, | begins the next one. */
function words(path: string, row: FieldOfSpec[1]): string {
  const text = whatHappens(path, row);
  return typeof row === "string" ? text : text.replaceAll("|", "\\|");
}
