import { expect, test } from "vitest";
import { probeMetrics } from "../../../src/serve/metrics/probes.ts";
import { probeCounts } from "../../../src/serve/metrics/read-probes.ts";

const PODS = [{ namespace: "shop", name: "web", uid: "u", phase: "Running", containers: [] }];

test("each probe of a pod that is there, by the kubelet's name and labels", () => {
  const counts = { successful: 5, failed: 2 };
  const courses = {
    "u/main/liveness": { counts },
    "gone/main/liveness": { counts },
    "u/main/startup": {},
    nonsense: {},
  };
  const labels = 'container="main",namespace="shop",pod="web",pod_uid="u",probe_type="Liveness"';
  expect(probeMetrics(probeCounts(courses, PODS)).split("\n").slice(1)).toEqual([
    "# TYPE prober_probe_total counter",
    `prober_probe_total{${labels},result="successful"} 5`,
    `prober_probe_total{${labels},result="failed"} 2`,
    "",
  ]);
});

test("without a probe there is no metric", () => {
  expect(probeMetrics([])).toBe("");
});
