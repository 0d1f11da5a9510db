import type { FieldType } from "../../config/type-table.ts";
import { ANNOTATIONS, PREFIX } from "../../translate/annotations/table.ts";
import { formatTable } from "../columns.ts";
import { allFields, childOf, childrenOf, decisionOf, type FieldNode, labelOf, SPEC } from "./field-tree.ts";
import { groupedFields, whatHappens } from "./field-words.ts";
import { nearestFields } from "./nearest.ts";
import { listOf, paragraph, plain } from "./text.ts";

/** Text about a field, or why there is none. */
export type Explanation =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Returns the groups of fields, each with the names of its fields. */
export function explainGroups(): string {
  const groups = groupedFields().flatMap(([{ title }, fields]) => {
    const names = fields.map(([path]) => `spec.${path.replaceAll("[]", "")}`);
    return names.length === 0 ? [] : [`${title}:\n${listOf(names)}`];
  });
  const annotations = Object.keys(ANNOTATIONS).map((name) => PREFIX + name);
  return [...groups, `Annotations:\n${listOf(annotations)}`].join("\n");
}

/**
 * Returns what a field of a pod becomes on this node. `given` is a path as kubectl writes it, with or without `pod.` and
 * `spec.` and with or without brackets; or an annotation.
 */
export function explainField(given: string): Explanation {
  const annotation = /^(?:pods?\.|po\.)?(?:metadata\.annotations[.[]?)?unitlet\.dev\/([^\].]+)/.exec(given)?.[1];
  if (annotation !== undefined) return explainAnnotation(annotation);
  const names = segments(given);
  let node = SPEC;
  for (const name of names) {
    const child = childOf(node, name);
    if (child === undefined) return unknownField(given, name, node);
    node = child;
  }
  return { ok: true, text: fieldText(node) };
}

/** Returns the names on the way from the spec. The name of a resource may have dots. */
function segments(given: string): readonly string[] {
  const bare = given.replace(/\[[^\]]*\]/g, "").replace(/^(pods?|po)(\.|$)/, "");
  const path = bare.replace(/^spec(\.|$)/, "");
  const resource = /^(.*\.(?:limits|requests))\.(.+)$/.exec(path);
  const names = (resource?.[1] ?? path).split(".").filter((name) => name !== "");
  return resource?.[2] === undefined ? names : [...names, resource[2]];
}

function unknownField(given: string, name: string, parent: FieldNode): Explanation {
  if (parent === SPEC && /^(metadata|status|apiVersion|kind)$/.test(name))
    return { ok: false, message: `${given}: expected a field of spec, or an annotation such as ${PREFIX}user` };
  const nearest = nearestFields(name, parent, allFields());
  const inside = childrenOf(parent).map(({ path }) => path.slice(parent.path.length + 1));
  const hint = nearest.length > 0 ? `the nearest are ${nearest.join(", ")}` : `it has ${inside.join(", ") || "none"}`;
  return { ok: false, message: `${given}: there is no field "${name}" in ${parent.path}: ${hint}` };
}

function fieldText(node: FieldNode): string {
  const { path, pattern, type } = node;
  const decision = decisionOf(pattern);
  const label = labelOf(node);
  const words = decision === undefined ? "" : whatHappens(decision.pattern.replace(/^spec\./, ""), decision.row);
  const whole = decision?.isAround ? `It is a part of ${decision.pattern.replaceAll("[]", "")}. ` : "";
  const unknown = label === "rejected" && decision === undefined ? "It is not known to this version of unitlet." : "";
  const directives = new Set([...words.matchAll(/`([A-Z][A-Za-z]+=)[^`]*`/g)].map(([, name = ""]) => name));
  const rows = childrenOf(node).map((child) => [
    child.path.slice(path.length + 1),
    typeText(child.type),
    labelOf(child) ?? "",
  ]);
  return [
    `FIELD: ${path} ${typeText(type)}\n`,
    ...(label === undefined ? [] : [`LABEL: ${label}\n`]),
    ...(label === undefined ? ["\nEach field inside has a label of its own.\n"] : []),
    ...(words === "" && unknown === "" ? [] : [`\n${paragraph(plain(`${whole}${words}${unknown}`))}`]),
    ...(directives.size === 0 ? [] : [`\nDIRECTIVES:\n${listOf([...directives])}`]),
    ...(rows.length === 0 ? [] : [`\nFIELDS:\n${formatTable(rows).replace(/^/gm, "  ").trimEnd()}\n`]),
  ].join("");
}

function explainAnnotation(name: string): Explanation {
  const row = Object.hasOwn(ANNOTATIONS, name) ? ANNOTATIONS[name] : undefined;
  if (row === undefined) {
    const known = Object.keys(ANNOTATIONS).map((each) => PREFIX + each);
    return { ok: false, message: `${PREFIX}${name} is no annotation of unitlet: it has ${known.join(", ")}` };
  }
  const { effect, expected, example } = row;
  const value = `\nVALUE:\n${paragraph(plain(expected))}\nEXAMPLE:\n  ${PREFIX}${name}: ${JSON.stringify(example)}\n`;
  return { ok: true, text: `ANNOTATION: ${PREFIX}${name}\n\n${paragraph(`It ${plain(effect)}.`)}${value}` };
}

/** Returns a type as kubectl explain writes it. */
function typeText(type: FieldType): string {
  return `<${typeName(type)}>`;
}

function typeName(type: FieldType): string {
  switch (type.kind) {
    case "list":
      return `[]${typeName(type.of)}`;
    case "map":
      return `map[string]${typeName(type.of)}`;
    case "object":
      return "Object";
    case "int32":
    case "int64":
      return "integer";
    case "quantity":
      return "Quantity";
    case "intOrString":
      return "IntOrString";
    case "enum":
      return "string";
    default:
      return type.kind;
  }
}
