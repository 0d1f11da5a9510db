import type { Instant } from "../../model/api/time.ts";

/** Prometheus' text format, https://prometheus.io/docs/instrumenting/exposition_formats. */
export const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

export interface Sample {
  /** As `labels` writes them; "" for none. */
  readonly labels?: string;
  /** Undefined: nothing is known, and no sample is written. */
  readonly value: number | undefined;
  /** When it was measured; undefined: now. */
  readonly at?: Instant;
  /** What a histogram puts behind its name: "_bucket", "_sum", "_count". */
  readonly suffix?: string;
}

export type Type = "counter" | "gauge" | "histogram";

/** Nothing for a family without samples, as Prometheus' own encoder has it. */
export function family(name: string, type: Type, help: string, samples: readonly Sample[]): string {
  const lines = samples.flatMap(({ labels = "", value, at, suffix = "" }) =>
    value === undefined ? [] : [`${name}${suffix}${labels} ${value}${at === undefined ? "" : ` ${at}`}\n`],
  );
  return lines.length === 0 ? "" : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** In the order of the alphabet: metrics-server reads them so. */
export function labels(values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(",")}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
