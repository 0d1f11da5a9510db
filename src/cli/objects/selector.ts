/** One requirement of a label selector such as `app=web` or `tier in (a,b)`. */
interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent";
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

const KEY = "[-A-Za-z0-9_./]+";
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUAL = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);

/**
 * Returns whether labels match a selector of kubectl's -l, as a function (`labels/selector.go`, v0.36). Undefined for a text that is
 * no selector.
 */
export function parseSelector(text: string): ((labels: Labels | undefined) => boolean) | undefined {
  // A comma inside of parentheses separates values.
  const parts = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const requirements = parts.map(parseRequirement);
  if (requirements.includes(undefined)) return undefined;
  return (labels = {}) => requirements.every((each) => each !== undefined && matches(each, labels));
}

function parseRequirement(text: string): Requirement | undefined {
  const [, setKey, word, values = ""] = SET.exec(text) ?? [];
  if (setKey !== undefined)
    return {
      key: setKey,
      operator: word === "in" ? "in" : "notin",
      values: values.split(",").map((each) => each.trim()),
    };
  const [, key, sign, value = ""] = EQUAL.exec(text) ?? [];
  if (key !== undefined) return { key, operator: sign === "!=" ? "notin" : "in", values: [value] };
  const [, not, existing] = EXISTS.exec(text) ?? [];
  return existing === undefined ? undefined : { key: existing, operator: not ? "absent" : "exists", values: [] };
}

function matches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && values.includes(value);
    case "notin":
      return value === undefined || !values.includes(value);
  }
}

/** Returns labels as columns show them: "app=web,tier=front", sorted; `<none>` without any. */
export function labelsText(labels: unknown): string {
  const pairs = Object.entries((labels ?? {}) as Labels).map(([key, value]) => `${key}=${value}`);
  return pairs.toSorted().join(",") || "<none>";
}

interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Returns a `spec.selector` as columns show it. */
export function selectorText(selector: unknown): string {
  const { matchLabels = {}, matchExpressions = [] } = (selector ?? {}) as LabelSelector;
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values.toSorted().join(",")})`;
  });
  return (
    [...(Object.keys(matchLabels).length > 0 ? [labelsText(matchLabels)] : []), ...expressions].join(",") || "<none>"
  );
}
