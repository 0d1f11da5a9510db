import type { UnitUsage, Usage } from "../../io/host/cgroups.ts";
import type { Instant } from "../../model/api/time.ts";
import { family, labels } from "./exposition.ts";

const CPU = "Cumulative cpu time consumed by the";
const MEMORY = "Current working set of the";

/**
 * The families with their subject and statistic, in alphabetical order (`resource_metrics.go: DescribeWithStability`,
 * v1.36). The start times of containers come third.
 */
const FAMILIES = [
  ["container", "cpu", "cpu_usage_seconds_total", "counter", `[STABLE] ${CPU} container in core-seconds`],
  ["container", "workingSet", "memory_working_set_bytes", "gauge", `[STABLE] ${MEMORY} container in bytes`],
  ["container", "swap", "swap_usage_bytes", "gauge", "[ALPHA] Current amount of the container swap usage in bytes"],
  ["node", "cpu", "cpu_usage_seconds_total", "counter", `[STABLE] ${CPU} node in core-seconds`],
  ["node", "workingSet", "memory_working_set_bytes", "gauge", `[STABLE] ${MEMORY} node in bytes`],
  ["node", "swap", "swap_usage_bytes", "gauge", "[ALPHA] Current amount of the node swap usage in bytes"],
  ["pod", "cpu", "cpu_usage_seconds_total", "counter", `[STABLE] ${CPU} pod in core-seconds`],
  ["pod", "workingSet", "memory_working_set_bytes", "gauge", `[STABLE] ${MEMORY} pod in bytes`],
  ["pod", "swap", "swap_usage_bytes", "gauge", "[ALPHA] Current amount of the pod swap usage in bytes"],
] as const;

interface Labelled extends Usage {
  readonly labels: string;
  readonly startedAt?: number;
}

/**
 * Returns the text of /metrics/resource, which metrics-server scrapes (`resource_metrics.go: CollectWithStability`, v1.36).
 * Usage is in seconds of CPU and bytes.
 */
export function resourceMetrics(node: Usage, units: readonly UnitUsage[], now: Instant): string {
  // A container in back-off has a cgroup, but does not run.
  const running = units.filter(({ identity, startedAt }) => identity.container !== "" && startedAt !== undefined);
  const measured: Record<(typeof FAMILIES)[number][0], readonly Labelled[]> = {
    container: running.map(labelled),
    node: [{ ...node, labels: "" }],
    pod: units.filter(({ identity }) => identity.container === "").map(labelled),
  };
  const [cpu = "", memory = "", ...others] = FAMILIES.map(([kind, key, name, type, help]) => {
    // Samples of usage have a timestamp, from which metrics-server computes rates.
    const samples = measured[kind].map((each) => ({ labels: each.labels, value: each[key], at: now }));
    return family(`${kind}_${name}`, type, help, samples);
  });
  const starts = measured.container.map((each) => ({ labels: each.labels, value: each.startedAt }));
  const help = "[STABLE] Start time of the container since unix epoch in seconds";
  const errors = "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise";
  return [
    cpu,
    memory,
    family("container_start_time_seconds", "gauge", help, starts),
    ...others,
    family("resource_scrape_error", "gauge", errors, [{ value: 0 }]),
  ].join("");
}

function labelled(unit: UnitUsage): Labelled {
  const { container, namespace, pod } = unit.identity;
  return { ...unit, labels: labels({ ...(container === "" ? {} : { container }), namespace, pod }) };
}
