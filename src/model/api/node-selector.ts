import type { Node } from "./node.ts";

export interface NodeSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
  readonly matchFields?: readonly NodeSelectorRequirement[];
}

/** True when one of the terms selects the node (`nodeaffinity.go: NodeSelector.Match`, component-helpers v0.36). */
export function matchesNodeSelectorTerms(terms: readonly NodeSelectorTerm[], { metadata }: Node): boolean {
  const { name, labels = {} } = metadata;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    // A term without any requirement selects nothing.
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((each) => meetsRequirement(each, labels)) &&
      matchFields.every((each) => meetsRequirement(each, { "metadata.name": name }))
    );
  });
}

/** True when labels meet a requirement of a selector (`labels/selector.go: Requirement.Matches`, apimachinery v0.36). */
export function meetsRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return isNumber(value) && isNumber(values[0]) && BigInt(value) > BigInt(values[0]);
    case "Lt":
      return isNumber(value) && isNumber(values[0]) && BigInt(value) < BigInt(values[0]);
    default:
      return false;
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^-?\d+$/.test(text);
}
