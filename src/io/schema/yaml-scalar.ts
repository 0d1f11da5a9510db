const NULLS = ["", "~", "null", "Null", "NULL"];
const TRUE = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INFINITY = /^[-+]?\.(inf|Inf|INF)$/;
const NAN = /^\.(nan|NaN|NAN)$/;
const INTEGER = /^([-+]?)(0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/** The JavaScript types that a value with each of these tags may have. */
const TAGGED: Readonly<Record<string, readonly string[]>> = {
  "!!bool": ["boolean"],
  "!!int": ["number"],
  "!!float": ["number"],
  "!!null": ["object"],
  "!!timestamp": ["string"],
};

/**
 * Returns the value of a plain scalar as kubectl reads it, which is YAML 1.1: `no` is false, and 0400 is octal. Dates stay
 * texts (`go.yaml.in/yaml/v2 resolve.go: resolve`, which `sigs.k8s.io/yaml` v1.6 uses).
 */
export function plainValue(text: string): string | number | boolean | null {
  if (NULLS.includes(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INFINITY.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (NAN.test(text)) return Number.NaN;
  if (!/^[-+.\d]/.test(text)) return text;
  const plain = text.replaceAll("_", "");
  const [, sign, digits] = INTEGER.exec(plain) ?? [];
  // JavaScript writes an octal number as 0o400 only.
  if (digits !== undefined) return Number(digits.replace(/^0o?(?=[0-7])/, "0o")) * (sign === "-" ? -1 : 1);
  return FLOAT.test(plain) ? Number(plain) : text;
}

/**
 * Returns the value of a scalar with a tag such as `!!str`; undefined when the value does not fit the tag, or the tag has
 * no meaning in JSON.
 */
export function taggedValue(tag: string, text: string): string | number | boolean | null | undefined {
  if (tag === "!!str" || tag === "!") return text;
  const value = plainValue(text);
  return TAGGED[tag]?.includes(typeof value) ? value : undefined;
}
