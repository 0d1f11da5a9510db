import { family, labels } from "./exposition.ts";

/** Returns the text of /metrics/slis: the current result of each health check. */
export function sliMetrics(checks: Readonly<Record<string, boolean>>): string {
  const samples = Object.entries(checks).map(([name, isWell]) => ({
    labels: labels({ name, type: "healthz" }),
    value: isWell ? 1 : 0,
  }));
  return family("kubernetes_healthcheck", "gauge", "[STABLE] This metric records the result of a single healthcheck.", [
    ...samples,
  ]);
}
