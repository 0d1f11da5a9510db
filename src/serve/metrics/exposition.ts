import type { Instant } from "../../model/api/time.ts";

/** The content type of Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats). */
export const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

/** One sample of a family. */
export interface Sample {
  /** The result of `labels`; "" for none. */
  readonly labels?: string;
  /** Undefined values are not written. */
  readonly value: number | undefined;
  /** When the value was measured; undefined means at the scrape. */
  readonly at?: Instant;
  /** The suffix of a histogram's sample: "_bucket", "_sum" or "_count". */
  readonly suffix?: string;
}

/** The types of families that are used. */
export type Type = "counter" | "gauge" | "histogram";

/** Returns a family in the text format; "" without samples, like Prometheus' encoder. */
export function family(name: string, type: Type, help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(({ labels = "", value, at, suffix = "" }) =>
    value === undefined ? [] : [`${name}${suffix}${labels} ${value}${at === undefined ? "" : ` ${at}`}\n`],
  );
  return lines.length === 0 ? "" : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** Returns labels in alphabetical order, which metrics-server expects; "" for none. */
export function labels(values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? "" : `{${pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(",")}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
