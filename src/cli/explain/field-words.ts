import { type Exception, NOT_YET, OTHER_NODE, type Row } from "../../translate/fields/field-row.ts";
import { FIELDS } from "../../translate/fields/fields.ts";
import { CONTAINER_EFFECTS } from "./container-effects.ts";
import { FIELD_GROUPS, type FieldGroup } from "./field-groups.ts";
import { POD_EFFECTS } from "./pod-effects.ts";

export type FieldRow = Exclude<Row, "descend">;

/** A field with its path below spec, in which [] follows the name of a list: `containers[].image`. */
export type FieldOfSpec = readonly [path: string, row: FieldRow];

/** Returns all fields with a row. A field that is the same in all kinds of containers is there once. */
export function fieldsOfSpec(): readonly FieldOfSpec[] {
  return Object.entries(FIELDS).flatMap(([path, row]) => {
    const field = path.replace(/^spec\./, "");
    const twin = FIELDS[path.replace(/^spec\.(init|ephemeral)Containers\[\]/, "spec.containers[]")];
    const isTwin = /^spec\.(init|ephemeral)Containers\[\]/.test(path) && twin === row;
    return row === "descend" || isTwin ? [] : [[field, row] as const];
  });
}

/** Returns the fields of each group, in the order of the groups. */
export function groupedFields(): readonly (readonly [group: FieldGroup, fields: readonly FieldOfSpec[]])[] {
  const byGroup = Map.groupBy(fieldsOfSpec(), ([path]) => FIELD_GROUPS.find(({ fits }) => fits.test(path)));
  return FIELD_GROUPS.map((group) => [group, byGroup.get(group) ?? []]);
}

/** Returns what happens to a field on this node, in Markdown; "" when nothing describes it. */
export function whatHappens(path: string, row: FieldRow): string {
  if (row === "control-plane") return "The control plane acts on it.";
  return row === "supported" ? (effectOf(path) ?? "") : exceptionWords(row);
}

/** Returns what a supported field does; undefined when nothing describes it. */
export function effectOf(path: string): string | undefined {
  return POD_EFFECTS[path] ?? CONTAINER_EFFECTS[path.replace(/^\w*[cC]ontainers\[\]\./, "")];
}

/** Values that are accepted, then the message that the owner of a pod with another value reads. */
function exceptionWords(row: Exception): string {
  const { because, remedy, unless } = row;
  const accepted = unless === undefined ? "" : `Accepted: ${acceptedValues(row).join(", ")}. Otherwise: `;
  const cause = because === NOT_YET ? "not supported yet" : `“${because}”`;
  const advice = remedy === OTHER_NODE ? "" : ` Remedy: ${remedy}.`;
  return capitalised(`${accepted}${cause}.${advice}`);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Returns the values that a row accepts, in Markdown. */
export function acceptedValues({ unless }: Exception): readonly string[] {
  return VALUES.filter(([, value]) => unless?.(value)).map(([words]) => words);
}

/** Values that some row accepts, and how they are written. */
const VALUES: readonly (readonly [words: string, value: unknown])[] = [
  ...[false, true].map((value) => [`\`${value}\``, value] as const),
  ...["None", "HostToContainer", "Default", "Restart", "Memory"].map((value) => [`\`${value}\``, value] as const),
  ...["Unconfined", "RuntimeDefault", "Localhost"].map((type) => [`\`type: ${type}\``, { type }] as const),
  ["`name: linux`", { name: "linux" }],
];
