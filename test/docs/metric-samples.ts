import { addRun } from "../../src/io/run-counts.ts";
import { COUNTED_FAMILIES, type CountedFamily, type PodCount } from "../../src/model/pod-count.ts";
import { agentMetrics } from "../../src/serve/metrics/agent.ts";
import { cadvisorMetrics, type MeasuredContainer } from "../../src/serve/metrics/cadvisor.ts";
import { METRIC_FAMILIES, QUOTA_FAMILIES, SPEC_FAMILIES } from "../../src/serve/metrics/cadvisor-families.ts";
import { probeMetrics } from "../../src/serve/metrics/probes.ts";
import { resourceMetrics } from "../../src/serve/metrics/resource.ts";
import { sliMetrics } from "../../src/serve/metrics/slis.ts";
import { volumeStats } from "../../src/serve/metrics/volume-stats.ts";

/** A metric as the exposition format describes it. */
export interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

const NOW = 1_700_000_000_000;
const USAGE = { cpu: 1, workingSet: 1, swap: 1 };
const OWNER = { namespace: "n", pod: "p", podUID: "u" };

/** Returns every metric of each path below /metrics, in the order in which the port writes them. */
export function metricsByPath(): Readonly<Record<string, readonly Metric[]>> {
  return {
    "/metrics": parse(agentSample()),
    "/metrics/resource": parse(resourceSample()),
    "/metrics/cadvisor": parse(cadvisorSample()),
    "/metrics/probes": parse(
      probeMetrics([{ ...OWNER, container: "c", type: "Liveness", result: "failed", count: 1 }]),
    ),
    "/metrics/slis": parse(sliMetrics({ ping: true })),
  };
}

function agentSample(): string {
  const labels: Readonly<Partial<Record<CountedFamily, readonly string[]>>> = {
    kubelet_started_containers_total: ["container_type"],
    kubelet_started_containers_errors_total: ["container_type", "code"],
    kubelet_terminated_containers_total: ["container_type", "exit_code", "reason"],
    kubelet_admission_rejections_total: ["reason"],
    kubelet_evictions: ["eviction_signal"],
    kubelet_preemptions: ["preemption_signal"],
    kubelet_image_garbage_collected_total: ["reason"],
  };
  const podCounts: readonly PodCount[] = [
    ...(Object.keys(COUNTED_FAMILIES) as CountedFamily[]).map((family) => ({
      family,
      labels: Object.fromEntries((labels[family] ?? []).map((name) => [name, "x"])),
    })),
    { family: "kubelet_pod_start_duration_seconds", labels: {}, seconds: 1 },
    { family: "kubelet_pod_worker_duration_seconds", labels: { operation_type: "x" }, seconds: 1 },
  ];
  const end = { status: 0, outcome: "done", failedSteps: ["start"], podCounts } as const;
  const runs = addRun(undefined, end, { seconds: 1, cpu: 1, now: NOW });
  const agent = agentMetrics(
    {
      node: "n",
      version: "1",
      runs,
      pods: [],
      runningPods: 1,
      runningContainers: 1,
      leaseRenewed: NOW,
      problems: { list: true },
      certificates: { client: NOW, serving: NOW },
      resident: 1,
    },
    NOW,
  );
  const usage = { capacity: 1, available: 1, used: 1, inodes: 1, inodesFree: 1, inodesUsed: 1 };
  const pod = { namespace: "n", name: "p", uid: "u", phase: "Running", containers: [] };
  const claimed = { ...pod, claims: [{ volume: "v", claim: "c", path: "/v" }] };
  return agent + volumeStats([claimed], new Map([["/v", usage]]));
}

function resourceSample(): string {
  const identity = { ...OWNER, kind: "container", specHash: "" } as const;
  return resourceMetrics(
    USAGE,
    [
      { identity: { ...identity, container: "c" }, ...USAGE, startedAt: 1 },
      { identity: { ...identity, container: "" }, ...USAGE },
    ],
    NOW,
  );
}

function cadvisorSample(): string {
  const figures = [...METRIC_FAMILIES, ...QUOTA_FAMILIES, ...SPEC_FAMILIES].map(({ figure }) => [figure, 1]);
  const data = { total: 1, avg10: 0, avg60: 0, avg300: 0 };
  const pressure = Object.fromEntries(["cpu", "memory", "io"].map((each) => [each, { full: data, some: data }]));
  const disk = { device: "d", readBytes: 1, writtenBytes: 1, reads: 1, writes: 1 };
  const stats = { ...Object.fromEntries(figures), pageFaults: 1, majorPageFaults: 1, disks: [disk], pressure };
  const traffic = { bytes: 1, packets: 1, errors: 1, dropped: 1 };
  const interfaces = [{ name: "eth0", received: traffic, transmitted: traffic }];
  const container = {
    id: "/",
    namespace: "n",
    pod: "p",
    container: "c",
    image: "i",
    name: "x",
    startedAt: 1,
    stats,
    interfaces,
  };
  const machine = { cpus: 1, memoryTotal: 1, swapTotal: 1, machineID: "m", systemUUID: "s", bootID: "b" };
  return cadvisorMetrics(machine, [container as MeasuredContainer], NOW);
}

function parse(text: string): Metric[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n(?:\S+?(?:\{(.*)\})? .*)/gm)].map(
    ([, name = "", help = "", type = "", labels = ""]) => ({
      name,
      help,
      type,
      labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label).filter((label) => label !== "le"),
    }),
  );
}
