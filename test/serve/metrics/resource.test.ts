import { expect, test } from "vitest";
import type { UnitUsage } from "../../../src/io/host/cgroups.ts";
import { resourceMetrics } from "../../../src/serve/metrics/resource.ts";

const unit = (container: string, rest: Partial<UnitUsage>): UnitUsage => ({
  identity: {
    namespace: "shop",
    pod: "web.0",
    podUID: "u",
    container,
    kind: container ? "container" : "slice",
    specHash: "",
  },
  ...rest,
});

const NODE = { cpu: 12.5, workingSet: 1_000_000, swap: 0 };
const NOW = 1_700_000_000_123;

test("the families that metrics-server reads, and the labels as it cuts them out", () => {
  const units = [
    unit("", { cpu: 2.5, workingSet: 300 }),
    unit("main", { cpu: 1.5, workingSet: 200, swap: 7, startedAt: 1_699_999_999.5 }),
    unit("uncounted", { workingSet: 100, startedAt: 1_699_999_998 }),
    unit("backing-off", { cpu: 0.1, workingSet: 50 }),
  ];
  const samples = resourceMetrics(NODE, units, NOW)
    .split("\n")
    .filter((line) => !line.startsWith("#"));
  const labels = (container: string) => `{container="${container}",namespace="shop",pod="web.0"}`;
  expect(samples).toEqual([
    `container_cpu_usage_seconds_total${labels("main")} 1.5 ${NOW}`,
    `container_memory_working_set_bytes${labels("main")} 200 ${NOW}`,
    `container_memory_working_set_bytes${labels("uncounted")} 100 ${NOW}`,
    `container_start_time_seconds${labels("main")} 1699999999.5`,
    `container_start_time_seconds${labels("uncounted")} 1699999998`,
    `container_swap_usage_bytes${labels("main")} 7 ${NOW}`,
    `node_cpu_usage_seconds_total 12.5 ${NOW}`,
    `node_memory_working_set_bytes 1000000 ${NOW}`,
    `node_swap_usage_bytes 0 ${NOW}`,
    `pod_cpu_usage_seconds_total{namespace="shop",pod="web.0"} 2.5 ${NOW}`,
    `pod_memory_working_set_bytes{namespace="shop",pod="web.0"} 300 ${NOW}`,
    "resource_scrape_error 0",
    "",
  ]);
});

test("each family says once what it is, before its samples; one without samples is not there", () => {
  const text = resourceMetrics(NODE, [], NOW);
  expect(text).toMatch(
    /^# HELP node_cpu_usage_seconds_total \[STABLE\] .*\n# TYPE node_cpu_usage_seconds_total counter\nnode_cpu/,
  );
  expect(text.match(/^# TYPE \S+ \S+$/gm)).toEqual([
    "# TYPE node_cpu_usage_seconds_total counter",
    "# TYPE node_memory_working_set_bytes gauge",
    "# TYPE node_swap_usage_bytes gauge",
    "# TYPE resource_scrape_error gauge",
  ]);
});
