import { BUCKETS_S, type Histogram, type RunCounts } from "../../io/run-counts.ts";
import type { Instant } from "../../model/api/time.ts";
import { COUNTED_FAMILIES, type CountedFamily, TIMED_FAMILIES, type TimedFamily } from "../../model/pod-count.ts";
import type { PodSummary } from "../../model/pod-summary.ts";
import { family, labels, type Sample } from "./exposition.ts";

/** The input of /metrics; undefined or empty where nothing is known yet. */
export interface AgentState {
  readonly node: string;
  readonly version: string;
  readonly runs: RunCounts | undefined;
  readonly pods: readonly PodSummary[];
  readonly runningPods: number;
  readonly runningContainers: number;
  readonly leaseRenewed: Instant | undefined;
  /** The reasons of io/problems.ts; true while the problem is open. */
  readonly problems: Readonly<Record<string, boolean>>;
  /** When each certificate expires; absent when it does not exist or cannot be read. */
  readonly certificates: { readonly client?: Instant; readonly serving?: Instant };
  /** Resident memory of the process that serves the port, in bytes. */
  readonly resident: number;
}

/** Returns the text of /metrics: the figures for alerts, under unitlet's names and the kubelet's names that dashboards use. */
export function agentMetrics(state: AgentState, now: Instant): string {
  return [
    ...identity(state),
    ...runs(state.runs),
    ...pods(state),
    ...podCounters(state.runs),
    ...podDurations(state.runs),
    ...health(state),
    ...certificates(state.certificates, now),
    ...process(state),
  ].join("");
}

const seconds = (at: Instant | undefined) => (at === undefined ? undefined : at / 1000);

function gauge(name: string, help: string, value: number | undefined, type: "gauge" | "counter" = "gauge"): string {
  return family(name, type, help, [{ value }]);
}

function identity({ node, version }: AgentState): string[] {
  const own = (values: Record<string, string>) => [{ labels: labels(values), value: 1 }];
  return [
    family("unitlet_build_info", "gauge", "The version of unitlet. The value is always 1.", own({ version })),
    family("kubelet_node_name", "gauge", "The node's name. The count is always 1.", own({ node })),
  ];
}

function runs(counts: RunCounts | undefined): string[] {
  if (counts === undefined) return [];
  const { outcomes, failedSteps, within, lastGood } = counts;
  const by = (label: string, values: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(values).map(([key, value]) => ({ labels: labels({ [label]: key }), value }));
  const total = Object.values(outcomes).reduce((sum, each) => sum + each, 0);
  const durations = histogram({ within, seconds: counts.seconds, count: total }, BUCKETS_S);
  return [
    family("unitlet_runs_total", "counter", "Finished runs by outcome.", by("outcome", outcomes)),
    family("unitlet_run_duration_seconds", "histogram", "Duration of runs from the start of their process.", durations),
    family("kubelet_pleg_relist_duration_seconds", "histogram", RELIST, durations),
    gauge("unitlet_run_cpu_seconds_total", "CPU time of all runs in seconds.", counts.cpu, "counter"),
    gauge("unitlet_last_run_timestamp_seconds", "End of the last run.", seconds(counts.last)),
    gauge(
      "unitlet_last_successful_sync_timestamp_seconds",
      "End of the last successful run with a complete list of pods.",
      seconds(lastGood),
    ),
    family("unitlet_failed_steps_total", "counter", "Failed steps by kind of step.", by("step", failedSteps)),
  ];
}

const RELIST = "Duration in seconds for relisting pods: that of a run, which does so.";

/** Returns the samples of a histogram. `bounds` are the upper bounds of `within`. */
function histogram(
  { within, seconds: sum, count }: Histogram,
  bounds: readonly number[],
  own: Readonly<Record<string, string>> = {},
): Sample[] {
  const buckets = [...bounds.map((le, at) => [String(le), within[at] ?? 0] as const), ["+Inf", count] as const];
  return [
    ...buckets.map(([le, value]) => ({ suffix: "_bucket", labels: labels({ ...own, le }), value })),
    { suffix: "_sum", labels: labels(own), value: sum },
    { suffix: "_count", labels: labels(own), value: count },
  ];
}

function pods({ pods: notes, runningPods, runningContainers }: AgentState): string[] {
  const phases = { Pending: 0, Running: 0, Succeeded: 0, Failed: 0, Unknown: 0 };
  const states = { waiting: 0, running: 0, terminated: 0 };
  for (const { phase, containers } of notes) {
    phases[phase as keyof typeof phases] += 1;
    for (const { state } of containers) states[state] += 1;
  }
  const by = (label: string, values: object): Sample[] =>
    Object.entries(values).map(([key, value]) => ({ labels: labels({ [label]: key }), value: value as number }));
  const running = [{ labels: labels({ container_state: "running" }), value: runningContainers }];
  return [
    family("unitlet_pods", "gauge", "Pods of this node by phase, as of the last run.", by("phase", phases)),
    family("unitlet_containers", "gauge", "Containers by state, as of the last run.", by("state", states)),
    family("kubelet_desired_pods", "gauge", DESIRED, [{ labels: labels({ static: "" }), value: notes.length }]),
    family("kubelet_active_pods", "gauge", ACTIVE, [
      { labels: labels({ static: "" }), value: phases.Pending + phases.Running },
    ]),
    gauge("kubelet_running_pods", "Number of pods that have a container running", runningPods),
    family("kubelet_running_containers", "gauge", "Number of containers currently running", running),
  ];
}

const DESIRED = "The number of pods that this node was given, as of the last run.";
const ACTIVE = "The number of these pods that have not ended.";

/** Returns the counters of the kubelet's names. A family with labels that has counted nothing yet has no sample. */
function podCounters(counts: RunCounts | undefined): string[] {
  return Object.entries(COUNTED_FAMILIES).map(([name, help]) => {
    const sums = Object.entries(counts?.pods?.[name as CountedFamily] ?? {});
    const samples = sums.map(([key, value]) => ({ labels: labels(JSON.parse(key) as Record<string, string>), value }));
    return family(name, "counter", help, samples);
  });
}

/** Returns the histograms of the kubelet's names. */
function podDurations(counts: RunCounts | undefined): string[] {
  return Object.entries(TIMED_FAMILIES).map(([name, { help, bounds }]) => {
    const own = Object.entries(counts?.durations?.[name as TimedFamily] ?? {});
    const samples = own.flatMap(([key, value]) => histogram(value, bounds, JSON.parse(key) as Record<string, string>));
    return family(name, "histogram", help, samples);
  });
}

function health({ leaseRenewed, problems }: AgentState): string[] {
  const samples = Object.entries(problems).map(([reason, isOpen]) => ({
    labels: labels({ reason }),
    value: isOpen ? 1 : 0,
  }));
  return [
    gauge("unitlet_lease_renewed_timestamp_seconds", "Last renewal of the node's lease.", seconds(leaseRenewed)),
    family("unitlet_degraded", "gauge", "1 while a problem is open. The journal has its cause.", samples),
  ];
}

function certificates({ client, serving }: AgentState["certificates"], now: Instant): string[] {
  const existing = Object.entries({ client, serving }).filter(([, at]) => at !== undefined) as [string, Instant][];
  const ends = existing.map(([usage, at]) => ({ labels: labels({ usage }), value: at / 1000 }));
  const ttl = (which: string, at: Instant | undefined) =>
    gauge(
      `kubelet_certificate_manager_${which}_ttl_seconds`,
      `Seconds until the ${which} certificate expires; negative once it has.`,
      at === undefined ? undefined : Math.round((at - now) / 1000),
    );
  return [
    family("unitlet_certificate_expiration_timestamp_seconds", "gauge", "Expiry of each certificate.", ends),
    ttl("client", client),
    ttl("server", serving),
  ];
}

/**
 * Returns the process metrics. No process is resident, so the counters are sums over all runs, and rates keep their
 * meaning.
 */
function process({ runs: counts, resident }: AgentState): string[] {
  return [
    gauge("process_start_time_seconds", "Start of the counters, since unix epoch in seconds.", seconds(counts?.since)),
    gauge("process_cpu_seconds_total", "CPU time of all runs in seconds.", counts?.cpu, "counter"),
    gauge(
      "process_resident_memory_bytes",
      "Resident memory of the process that serves the port and exits when idle.",
      resident,
    ),
  ];
}
