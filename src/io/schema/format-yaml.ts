import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarLayout } from "js-yaml";
import { plainValue } from "./yaml-scalar.ts";

/** What begins or ends a document at the beginning of a line. */
const DOCUMENT = /^(---|\.\.\.)/;

/**
 * Returns a value of JSON as YAML that kubectl reads as the same value: texts that YAML 1.1 reads as another type are in
 * quotes, such as `yes` and `0400`.
 */
export function formatYaml(value: unknown): string {
  const scalarStyleRules = [quoteOtherTypes, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];
  return dump(value, { lineWidth: -1, noRefs: true, quoteStyle: "double", scalarStyleRules });
}

function quoteOtherTypes(layout: ScalarLayout): void {
  const { tag, value } = layout.node;
  if (tag.endsWith(":str") && (plainValue(value) !== value || DOCUMENT.test(value)))
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
}
