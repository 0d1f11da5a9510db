import { readFileSync } from "node:fs";
import { loadYaml } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import * as z from "zod";
import { metricsByPath } from "../docs/metric-samples.ts";
import { ALERTS } from "../docs/monitoring-page.ts";
import { promqlProblems, resultLabels, seriesOf } from "./promql.ts";

const KNOWN = seriesOf(Object.values(metricsByPath()).flat());

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/);

/** The format of rule files, prometheus/model/rulefmt, as far as alerts go. A key that it does not have is an error. */
const RuleFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: duration.optional(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^[A-Z]\w+$/),
          expr: z.string(),
          for: duration,
          labels: z.strictObject({ severity: z.enum(["critical", "warning"]) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

const file = RuleFile.parse(loadYaml(readFileSync("docs/examples/prometheus-rules.yaml", "utf8")));
const rules = file.groups.flatMap((group) => group.rules);

test.for(rules)("alert $alert is valid PromQL over metrics and labels that exist", ({ expr }) => {
  expect(promqlProblems(expr, KNOWN)).toEqual([]);
});

test.for(rules)("alert $alert names only labels that its result has", ({ expr, annotations }) => {
  const named = [
    ...Object.values(annotations)
      .join(" ")
      .matchAll(/\$labels\.(\w+)/g),
  ].map(([, label]) => label);
  expect(named).not.toEqual([]);
  expect(named.filter((label) => !resultLabels(expr, KNOWN).includes(label ?? ""))).toEqual([]);
});

test("each alert has a name of its own", () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

test("docs/monitoring.md has the same expressions", () => {
  const ours = rules.map(({ expr }) => expr).filter((expr) => !expr.startsWith("up{"));
  expect(ours).toEqual(ALERTS.map(([expression]) => expression));
});

test.for([
  ["rate(unitlet_runs_total[5m]", 'syntax error at ""'],
  ["unitlet_trouble == 1", "no metric unitlet_trouble"],
  ["unitlet_run_duration_seconds > 1", "no metric unitlet_run_duration_seconds"],
  ['unitlet_degraded{topic="list"} == 1', "no label topic"],
  ["sum by (topic) (unitlet_degraded)", "no label topic"],
  ["rate(unitlet_runs_total) > 0", "rate() needs a range: rate(unitlet_runs_total)"],
  ["timestamp(unitlet_runs_total[5m])", "timestamp() takes no range: timestamp(unitlet_runs_total[5m])"],
] as const)("promqlProblems(%s) finds: %s", ([expression, problem]) => {
  expect(promqlProblems(expression, KNOWN)).toEqual([problem]);
});
