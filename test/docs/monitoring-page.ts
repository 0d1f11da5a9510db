import { PROBLEM_PREFIX } from "../../src/io/problems.ts";
import type { RunEnd } from "../../src/model/run-end.ts";
import { GENERATED_MARK, table } from "./markdown.ts";
import { type Metric, metricsByPath } from "./metric-samples.ts";

const HEAD = `# Monitoring

unitlet serves all metrics at port 10250, as any node does, to clients that may \`get\` the resource \`nodes/metrics\`. Logs of the host need \`nodes/log\`.
A standalone node does not open the port: \`unitlet status\` and \`unitlet doctor\` show its pods and its open problems.
To read metrics with kubectl: \`kubectl get --raw /api/v1/nodes/NODE/proxy/metrics\`.

No process runs between two requests. Runs store their numbers in \`/run/unitlet/\`, so counters start at zero at each boot.

| Path | Content |
|---|---|
| \`/metrics\` | Metrics of the agent itself. |
| \`/metrics/resource\` | What metrics-server reads for \`kubectl top\` and autoscalers. |
| \`/metrics/cadvisor\` | Containers and pods, from cgroup v1 or v2, and the machine. Network metrics exist for \`id="/"\`, and for pods with networks of their own. |
| \`/metrics/probes\` | Probe results. |
| \`/metrics/slis\` | Health checks. |
| \`/stats/summary\` | The kubelet's summary, for older clients, with the files of containers and volumes. \`psi\` is there when the kernel has PSI; its totals are in microseconds, as the kubelet's are. \`logs\` is there for pods with a limit of \`ephemeral-storage\`. |
| \`/logs/\` | Files below \`/var/log\`, and the journal of any unit: \`/logs/?query=ssh&tailLines=20\`. Options: \`query\` (up to 4 times), \`sinceTime\`, \`untilTime\`, \`tailLines\`, \`pattern\`, \`boot\`. |
| \`/configz\`, \`/statusz\`, \`/pods\`, \`/runningpods/\`, \`/healthz\` | The same as the kubelet's, with the values of this node. |`;

/** Conditions that need attention, and what each means. */
export const ALERTS: readonly (readonly [expression: string, meaning: string])[] = [
  [
    "timestamp(unitlet_last_successful_sync_timestamp_seconds) - unitlet_last_successful_sync_timestamp_seconds > 60",
    "No run has succeeded with a complete list of pods for 60 s.",
  ],
  [
    "timestamp(unitlet_lease_renewed_timestamp_seconds) - unitlet_lease_renewed_timestamp_seconds > 30",
    "The node's lease expires soon. Then the node becomes NotReady.",
  ],
  ['rate(unitlet_runs_total{outcome="failed"}[5m]) > 0', "Runs fail. `journalctl -u unitlet-sync` has the cause."],
  ['rate(unitlet_runs_total{outcome="incomplete"}[5m]) > 0', "Runs cannot read the pod list from the API server."],
  [
    "increase(unitlet_failed_steps_total[10m]) > 0",
    "systemd or the file system refuses a change. The label `step` names the kind of step.",
  ],
  ["unitlet_degraded == 1", "A problem is open. The label `reason` names it, and the journal has its cause."],
  ["unitlet_certificate_expiration_timestamp_seconds - time() < 86400 * 7", "A certificate expires within 7 days."],
  ['unitlet_pods{phase="Pending"} > 0', "With a duration of several minutes: pods do not start."],
  ['unitlet_containers{state="waiting"} > 0', "With a duration of several minutes: containers do not start."],
];

const ALERT_HEAD = `## Alerts

\`unitlet_run_duration_seconds\` and \`unitlet_run_cpu_seconds_total\` show the cost of the runs.
These expressions show conditions that need attention. [prometheus-rules.yaml](examples/prometheus-rules.yaml) has them as alert rules.
The expressions compute an age from \`timestamp()\`, the time of the scrape. With \`time()\` an age would grow until the next scrape.`;

/** The values of the label `outcome` of unitlet_runs_total. */
const OUTCOMES: Readonly<Record<RunEnd["outcome"], string>> = {
  unchanged: "Nothing had changed since the last run, and the run ended early.",
  done: "The run compared all units with the pods, and changed what differed.",
  incomplete: "The pod list could not be read. The run started what should run, and removed nothing.",
  failed: "The run did not finish, or systemd did not answer.",
};

function valuesSection(): string {
  const outcomes = Object.entries(OUTCOMES).map(([name, meaning]) => [`\`${name}\``, meaning]);
  const reasons = Object.entries(PROBLEM_PREFIX).map(([reason, [begun]]) => [`\`${reason}\``, begun]);
  return [
    "## Outcomes of a run",
    table(["`outcome`", "Meaning"], outcomes),
    "## Reasons of unitlet_degraded",
    "When a problem begins, the journal has this message and the cause. When it ends, the journal has another message.",
    table(["`reason`", "Message in the journal"], reasons),
  ].join("\n\n");
}

/** Returns docs/monitoring.md: paths, alerts and every metric. */
export function monitoringPage(): string {
  const alerts = ALERTS.map(([expression, meaning]) => [`\`${expression}\``, meaning]);
  const metrics = Object.entries(metricsByPath()).map(
    ([path, rows]) => `## ${path}\n\n${table(["Metric", "Type", "Labels", "Meaning"], rows.map(metricRow))}`,
  );
  return [GENERATED_MARK, HEAD, ALERT_HEAD, table(["Expression", "Meaning"], alerts), valuesSection(), ...metrics].join(
    "\n\n",
  );
}

function metricRow({ name, type, labels, help }: Metric): string[] {
  return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(", "), help];
}
