/** Returns what is wrong with a value; undefined when it is right. */
export type FieldRule = (value: never) => string | undefined;

/** Returns a rule for whole numbers. */
export function range(min: number, max: number): FieldRule {
  const expected = max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} to ${max}`;
  return ((value: number) =>
    value < min || value > max ? `expected ${expected}, found ${value}` : undefined) as FieldRule;
}

/** Returns a rule for texts of at most `max` characters that match. */
export function format(pattern: RegExp, what: string, max = 253): FieldRule {
  return ((text: string) =>
    text.length <= max && pattern.test(text)
      ? undefined
      : `expected ${what}, found ${JSON.stringify(text.slice(0, 100))}`) as FieldRule;
}

/** Returns a rule for texts that are one of some words. */
export function oneOf(...words: readonly string[]): FieldRule {
  return ((text: string) =>
    words.includes(text)
      ? undefined
      : `expected one of ${words.join(", ")}, found ${JSON.stringify(text.slice(0, 100))}`) as FieldRule;
}

/** Each of these follows `k8s.io/apimachinery/pkg/util/validation/validation.go`, v0.36. */
export const dnsLabel = format(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  "a DNS label (lower-case letters, digits and dashes)",
  63,
);
export const dnsSubdomain = format(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  "a DNS name in lower case",
);
export const portName = format(
  /^(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  "a port name (lower-case letters, digits and dashes)",
  15,
);
export const envVarName = format(/^[ -<>-~]+$/, "printable ASCII characters without =", Number.POSITIVE_INFINITY);
export const dataKey = format(
  /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]+$/,
  "a key of letters, digits, dashes, dots and underscores",
);
export const headerName = format(/^[-A-Za-z0-9]+$/, "letters, digits and dashes", Number.POSITIVE_INFINITY);
export const qualifiedName = format(
  /^(?:[a-z0-9][-a-z0-9.]*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
  "a name such as example.com/name",
  317,
);
export const labelValue = format(
  /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
  "at most 63 letters, digits, dashes, dots and underscores",
  63,
);

/** `validation.go: validatePathNoBacksteps`, v1.36. */
export const pathWithoutBacksteps = format(/^(?!(.*\/)?\.\.(\/|$))/s, "a path without ..", Number.POSITIVE_INFINITY);

/** `validation.go: validateLocalDescendingPath`, v1.36. */
export const descendingPath = format(
  /^(?!\/)(?!(.*\/)?\.\.(\/|$))/s,
  "a relative path without ..",
  Number.POSITIVE_INFINITY,
);

/** `validation.go: ValidateLocalNonReservedPath`, v1.36. */
export const nonReservedPath = format(
  /^(?!\/)(?!\.\.)(?!(.*\/)?\.\.(\/|$))/s,
  "a relative path that does not begin with .. or contain it",
  Number.POSITIVE_INFINITY,
);
