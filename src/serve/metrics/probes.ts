import { family, labels } from "./exposition.ts";

/** The number of one result of one probe since the container's first start. */
export interface ProbeCount {
  readonly namespace: string;
  readonly pod: string;
  readonly podUID: string;
  readonly container: string;
  readonly type: "Liveness" | "Readiness" | "Startup";
  readonly result: "successful" | "failed" | "unknown";
  readonly count: number;
}

/** Returns the text of /metrics/probes. */
export function probeMetrics(counts: readonly ProbeCount[]): string {
  const help = "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.";
  const samples = counts.map(({ namespace, pod, podUID, container, type, result, count }) => ({
    labels: labels({ namespace, pod, pod_uid: podUID, container, probe_type: type, result }),
    value: count,
  }));
  return family("prober_probe_total", "counter", help, samples);
}
