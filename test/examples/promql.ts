import { parser } from "@prometheus-io/lezer-promql";
import type { Metric } from "../docs/metric-samples.ts";

/** Labels that a scrape adds to every series. */
const TARGET_LABELS = ["instance", "job", "node"];

/** The functions of PromQL that take a range of samples; all others take the newest ones. */
const RANGE_FUNCTION = /^(rate|irate|increase|delta|idelta|deriv|changes|resets|predict_linear|\w+_over_time)$/;

interface Part {
  readonly name: string;
  readonly text: string;
}

/** The labels of each metric that may appear in an expression, by name. */
export type KnownMetrics = ReadonlyMap<string, readonly string[]>;

/** Returns the series of metrics as Prometheus stores them, with their labels. */
export function seriesOf(metrics: readonly Metric[]): KnownMetrics {
  const rows = metrics.flatMap(({ name, type, labels }): [string, readonly string[]][] =>
    type === "histogram"
      ? [
          [`${name}_bucket`, [...labels, "le"]],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  );
  return new Map([...rows, ["up", []]]);
}

/** Returns what is wrong with a PromQL expression: its syntax, metrics and labels that do not exist, a range in the wrong place. */
export function promqlProblems(expression: string, known: KnownMetrics): string[] {
  const parts = partsOf(expression);
  const texts = (name: string) => parts.filter((part) => part.name === name).map(({ text }) => text);
  const broken = texts("⚠").map((text) => `syntax error at "${text}"`);
  if (broken.length > 0) return broken;
  const metrics = texts("Identifier");
  const unknown = metrics.filter((metric) => !known.has(metric)).map((metric) => `no metric ${metric}`);
  const allowed = new Set([...TARGET_LABELS, ...metrics.flatMap((metric) => known.get(metric) ?? [])]);
  const labels = texts("LabelName").filter((label) => !allowed.has(label));
  return [...unknown, ...labels.map((label) => `no label ${label}`), ...rangeProblems(parts)];
}

function partsOf(expression: string): Part[] {
  const parts: Part[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, from, to }) => {
      parts.push({ name, text: expression.slice(from, to) });
    },
  });
  return parts;
}

/** Returns the calls that lack a range or have one too many: the grammar knows no types. */
function rangeProblems(parts: readonly Part[]): string[] {
  return parts
    .filter(({ name }) => name === "FunctionCall")
    .flatMap(({ text }) => {
      const name = text.slice(0, text.indexOf("("));
      const takesRange = RANGE_FUNCTION.test(name);
      const hasRange = /^\(\s*[\w:]+(\{[^}]*\})?\[[^\]]+\]\s*\)$/.test(text.slice(name.length));
      if (takesRange === hasRange) return [];
      return [takesRange ? `${name}() needs a range: ${text}` : `${name}() takes no range: ${text}`];
    });
}

/** Returns the labels that the result of an expression has: those by which it groups, or else those of its metrics. */
export function resultLabels(expression: string, known: KnownMetrics): string[] {
  const parts = partsOf(expression);
  const metrics = parts.filter(({ name }) => name === "Identifier").map(({ text }) => text);
  const grouping = parts.find(({ name }) => name === "AggregateExpr");
  if (grouping !== undefined) return [...(/^\w+ by \(([^)]*)\)/.exec(grouping.text)?.[1]?.split(/, */) ?? [])];
  return [...TARGET_LABELS, ...metrics.flatMap((metric) => known.get(metric) ?? [])];
}
